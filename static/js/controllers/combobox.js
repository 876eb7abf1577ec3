// A text field with a list of choices that the server finds while one types.
//
//   <div data-controller="combobox" data-options-url="…">
//     <input type="hidden" data-combobox-value> <input type="hidden" data-combobox-was>
//     <input role="combobox" aria-controls="…"> <ul role="listbox" hidden data-combobox-list>
//   </div>
// The address answers {options: [{id, name, note}], more} to ?q=. Choosing fires a bubbling
// `change` on the hidden value. A text that was not chosen is sent as it is.
// With data-options-key="people" the options are [{id, name, email}] under that key, and a
// text that was not chosen becomes the value.
import { announce, debounce } from "../lib/dom.js";
import { getJson } from "../lib/http.js";
import { filled, gettext, ngettext } from "../lib/text.js";

const MAX_FOUND = 20;
const choices = (count) => filled(ngettext("%(count)s choice", "%(count)s choices", count), { count });

function initials(name) {
  const mark = document.createElement("span");
  const words = name.split("@")[0].split(/[\s._]+/).filter(Boolean);
  mark.className = "avatar-initials";
  mark.ariaHidden = "true";
  mark.textContent = [words[0], words.slice(1).at(-1)].map((word) => word?.[0] ?? "").join("").toUpperCase();
  return mark;
}

export default function combobox(element, signal) {
  const input = element.querySelector("[role=combobox]");
  const value = element.querySelector("[data-combobox-value]");
  const was = element.querySelector("[data-combobox-was]");
  const list = element.querySelector("[data-combobox-list]");
  const key = element.dataset.optionsKey;
  let asking;

  function optionsIn(answer) {
    if (!key) return answer;
    const found = answer[key].map(({ id, name, email }) => ({ id, name, note: email }));
    return { options: found.slice(0, MAX_FOUND), more: found.length > MAX_FOUND };
  }

  /** A text that is the name of a choice is that choice; any other stands for itself. */
  function takeText() {
    if (input.value === was.value) return;
    const same = options().find((one) => one.dataset.label.toLowerCase() === input.value.trim().toLowerCase());
    value.value = same?.dataset.value ?? input.value.trim();
    was.value = input.value;
  }

  const options = () => [...list.querySelectorAll("[role=option]")];
  const current = () => options().find((one) => one.ariaSelected === "true");

  function close() {
    list.hidden = true;
    input.ariaExpanded = "false";
    input.removeAttribute("aria-activedescendant");
  }

  function point(option) {
    for (const other of options()) other.ariaSelected = String(other === option);
    if (!option) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", option.id);
    return option.scrollIntoView({ block: "nearest" });
  }

  function choose(option) {
    if (!option) return;
    value.value = option.dataset.value;
    input.value = was.value = option.dataset.label;
    close();
    value.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function entry({ id, name, note }, number) {
    const item = document.createElement("li");
    item.id = `${list.id}_${number}`;
    item.role = "option";
    item.className = "combobox__option";
    item.dataset.value = id;
    item.dataset.label = note && !key ? `${note}/${name}` : name;
    if (key === "people") item.append(initials(name), " ");
    item.append(name);
    if (note) {
      const where = document.createElement("span");
      where.className = "combobox__note";
      where.textContent = note;
      item.append(where);
    }
    return item;
  }

  function show({ options: found, more }) {
    const rest = document.createElement("li");
    rest.className = "combobox__rest";
    rest.role = "presentation";
    rest.textContent = found.length === 0 ? gettext("Nothing of that name can be chosen here.") : gettext("There are more; type to narrow them down.");
    list.replaceChildren(...found.map(entry), ...(more || found.length === 0 ? [rest] : []));
    list.hidden = false;
    input.ariaExpanded = "true";
    point(input.value && found.length ? options()[0] : undefined);
    announce(more ? filled(gettext("%(count)s or more choices"), { count: found.length }) : choices(found.length));
  }

  async function ask(text) {
    asking?.abort();
    asking = new AbortController();
    const url = new URL(element.dataset.optionsUrl, window.location.href);
    url.searchParams.set("q", text);
    try {
      show(optionsIn(await getJson(url, asking.signal)));
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  }
  const askSoon = debounce(ask, 150);

  const open = () => (list.hidden ? ask(input.value === was.value ? "" : input.value) : undefined);
  const step = (by) => {
    if (list.hidden) return open();
    const all = options();
    const at = all.indexOf(current());
    return point(all.at((at + by + (at < 0 && by < 0 ? 1 : 0) + all.length) % all.length));
  };
  const keys = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Enter: () => choose(current()),
    Escape: () => close(),
  };

  input.addEventListener("input", () => askSoon(input.value), { signal });
  input.addEventListener("click", open, { signal });
  if (key) input.addEventListener("change", takeText, { signal });
  input.addEventListener(
    "keydown",
    (event) => {
      if (!keys[event.key] || (list.hidden && event.key !== "ArrowDown")) return;
      if (event.key === "Enter" && !current()) return;
      keys[event.key]();
      event.preventDefault();
      event.stopPropagation();
    },
    { signal },
  );
  input.addEventListener("blur", () => window.setTimeout(close, 150), { signal });
  list.addEventListener("mousedown", (event) => event.preventDefault(), { signal });
  list.addEventListener("click", (event) => choose(event.target.closest("[role=option]")), { signal });
}
