// The command palette: Ctrl-K (or Command-K) from anywhere, type, Enter.
// Sits on its dialog, beside the controller `dialog`; the server answers with links.
import { announce, debounce } from "../lib/dom.js";
import { getFragment } from "../lib/http.js";
import { filled, gettext, ngettext } from "../lib/text.js";

export default function palette(element, signal) {
  const input = element.querySelector("[role=combobox]");
  const box = element.querySelector("[data-palette-choices]");
  let asking;

  const choices = () => [...box.querySelectorAll("a[role=option]")];
  const current = () => choices().find((one) => one.ariaSelected === "true");

  function point(choice) {
    for (const other of choices()) other.ariaSelected = String(other === choice);
    if (!choice) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", choice.id);
    return choice.scrollIntoView({ block: "nearest" });
  }

  async function ask(text) {
    asking?.abort();
    asking = new AbortController();
    const url = new URL(element.dataset.paletteUrl, window.location.href);
    url.searchParams.set("q", text);
    try {
      box.replaceChildren(...(await getFragment(url, asking.signal)).childNodes);
    } catch (error) {
      if (error.name === "AbortError") return;
      box.textContent = gettext("The console can't be reached.");
    }
    input.ariaExpanded = "true";
    point(choices()[0]);
    if (text) announce(filled(ngettext("%(count)s choice", "%(count)s choices", choices().length), { count: choices().length }));
  }
  const askSoon = debounce(ask, 120);

  function step(by) {
    const all = choices();
    if (all.length) point(all.at((all.indexOf(current()) + by + all.length) % all.length));
  }
  const keys = { ArrowDown: () => step(1), ArrowUp: () => step(-1), Enter: () => current()?.click() };

  function open() {
    if (!element.open) element.showModal();
    input.select();
    input.focus();
  }

  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.defaultPrevented) return;
      event.preventDefault();
      if (element.open) element.close();
      // Whoever is asked something answers that first.
      else if (!document.querySelector("dialog[open]")) open();
    },
    { signal },
  );
  input.addEventListener("input", () => askSoon(input.value.trim()), { signal });
  input.addEventListener(
    "keydown",
    (event) => {
      if (!keys[event.key] || event.isComposing) return;
      event.preventDefault();
      keys[event.key]();
    },
    { signal },
  );
  box.addEventListener("pointermove", (event) => point(event.target.closest("a[role=option]") ?? current()), { signal });
  // Opened by its key or by a button; what was found last may not be true any more.
  new MutationObserver(() => element.open && ask(input.value.trim())).observe(element, { attributes: true, attributeFilter: ["open"] });
}
