// Things to pick by check boxes: what is checked among the offers goes to the end
// of what is picked, where the controller `rows` orders it. A new search replaces
// the offers, and must not lose what was picked.
//
//   <div data-controller="rows picker">
//     <ol data-rows-list data-picker-chosen> <li data-row><input type="checkbox" …>
//     <div id="…"> the offers, rows of the same form
import { announce } from "../lib/dom.js";
import { filled, gettext } from "../lib/text.js";

export default function picker(element, signal) {
  const chosen = element.querySelector("[data-picker-chosen]");

  element.addEventListener(
    "change",
    (event) => {
      const row = event.target.closest("[data-row]");
      if (!row || !event.target.checked || chosen.contains(row)) return;
      const value = CSS.escape(event.target.value);
      const twin = chosen.querySelector(`input[value="${value}"]`);
      if (twin) {
        twin.checked = true;
        row.remove();
      } else {
        chosen.append(row);
        event.target.focus();
      }
      announce(filled(gettext("Picked, as number %(number)s"), { number: chosen.children.length }));
    },
    { signal },
  );
}
