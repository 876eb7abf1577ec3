// Rows chosen by check boxes: all at once, ranges with Shift, a bar with the count.
//
//   <form data-controller="table-selection">
//     <div data-selection-bar> <span data-selection-count></span>
//          <button type="button" data-selection-clear> … </div>
//     <input type="checkbox" data-selection-all>
//     <input type="checkbox" name="all" data-selection-matching="120"> rows of other pages
//     <tr> <input type="checkbox" name="ids" value="…" data-selection-row>
import { announce } from "../lib/dom.js";
import { filled, ngettext } from "../lib/text.js";

export default function tableSelection(element, signal) {
  let last = null;
  const boxes = () => [...element.querySelectorAll("[data-selection-row]:not(:disabled)")];
  const all = () => element.querySelector("[data-selection-all]");

  function show() {
    const every = boxes();
    const chosen = every.filter((box) => box.checked).length;
    for (const box of every) box.closest("tr")?.classList.toggle("is-selected", box.checked);
    const matching = element.querySelector("[data-selection-matching]");
    if (matching && chosen < every.length) matching.checked = false;
    const total = matching?.checked ? Number(matching.dataset.selectionMatching) : chosen;
    const bar = element.querySelector("[data-selection-bar]");
    if (bar) bar.hidden = chosen === 0;
    for (const count of element.querySelectorAll("[data-selection-count]")) count.textContent = total;
    const master = all();
    if (master) {
      master.checked = chosen > 0 && chosen === every.length;
      master.indeterminate = chosen > 0 && chosen < every.length;
      master.disabled = every.length === 0;
    }
    return chosen;
  }

  function choose(list, checked) {
    for (const box of list) box.checked = checked;
    const chosen = show();
    announce(filled(ngettext("%(chosen)s row selected", "%(chosen)s rows selected", chosen), { chosen }));
  }

  element.addEventListener(
    "click",
    (event) => {
      const box = event.target.closest("[data-selection-row]");
      if (event.target.closest("[data-selection-clear]")) choose(boxes(), false);
      if (!box) return;
      const list = boxes();
      const [from, to] = [list.indexOf(last), list.indexOf(box)].sort((a, b) => a - b);
      if (event.shiftKey && last && from >= 0) choose(list.slice(from, to + 1), box.checked);
      last = box;
    },
    { signal },
  );
  element.addEventListener(
    "change",
    (event) => {
      if (event.target.matches("[data-selection-matching]")) {
        if (event.target.checked) choose(boxes(), true);
        show();
      } else if (event.target === all()) choose(boxes(), event.target.checked);
      else if (event.target.matches("[data-selection-row]")) show();
    },
    { signal },
  );
  element.addEventListener("htmx:afterSettle", show, { signal });
  // The browser may bring checked boxes back when the person comes back.
  window.addEventListener("pageshow", show, { signal });
  show();
}
