// Keys for what has `data-shortcut`: one key ("/", "?") or two in a row ("g r").
// A link or button is pressed, a field is focused. Sits on <body>.
//
//   <a href="…" data-shortcut="g r" data-shortcut-label="Go to routes">
// The keyboard help lists whatever the page offers, and lets a person switch
// single keys off (they get in the way of speech input; WCAG 2.1.4).
import { isVisible, takesText } from "../lib/dom.js";

const KEY = "postern-shortcuts";
const SECOND_KEY_WITHIN = 1200;

function enabled() {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true;
  }
}

function remember(on) {
  try {
    localStorage.setItem(KEY, on ? "on" : "off");
  } catch {
    // Without storage the switch holds until the next page.
  }
}

export default function shortcuts(body, signal) {
  let first = "";
  let firstAt = 0;
  let on = enabled();

  const offered = () => [...body.querySelectorAll("[data-shortcut]")];

  function use(element) {
    if (element.matches("input:not([type=checkbox]):not([type=radio]), textarea, select")) {
      element.focus();
      element.select?.();
    } else element.click();
  }

  body.addEventListener(
    "keydown",
    (event) => {
      if (!on || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (takesText(event.target) || document.querySelector("dialog[open]") || event.key.length !== 1) return;
      // In a tree, letters look for names.
      if (event.target.closest("[role=tree], [role=treegrid]") && /\p{L}/u.test(event.key)) return;
      const inTime = event.timeStamp - firstAt < SECOND_KEY_WITHIN;
      const pressed = first && inTime ? `${first} ${event.key}` : event.key;
      // What the frame offers counts also where a small screen has no room for it.
      const hit = offered().find((one) => one.dataset.shortcut === pressed && (isVisible(one) || one.closest(".rail, .topbar")));
      first = hit ? "" : event.key;
      firstAt = event.timeStamp;
      if (!hit) return;
      event.preventDefault();
      use(hit);
    },
    { signal },
  );

  const help = document.getElementById("keyboard-help");
  const list = help?.querySelector("[data-shortcut-list]");
  const toggle = help?.querySelector("[data-shortcut-switch]");

  function fill() {
    list.replaceChildren(
      ...offered()
        .filter((one) => one.dataset.shortcutLabel)
        .flatMap((one) => {
          const term = document.createElement("dt");
          for (const key of one.dataset.shortcut.split(" ")) term.append(Object.assign(document.createElement("kbd"), { textContent: key }), " ");
          return [term, Object.assign(document.createElement("dd"), { textContent: one.dataset.shortcutLabel })];
        }),
    );
    toggle.checked = on;
  }

  if (!list || !toggle) return;
  toggle.addEventListener(
    "change",
    () => {
      on = toggle.checked;
      remember(on);
    },
    { signal },
  );
  // The help may be opened by its key, its button or a script: fill it beforehand.
  new MutationObserver(() => help.open && fill()).observe(help, { attributes: true, attributeFilter: ["open"] });
}
