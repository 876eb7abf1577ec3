// Finding a criterion by typing: the list beside the field shows only what fits, in its
// groups. Enter adds what is chosen, the first at once; the arrows lead into the list.
//
//   <input type="search" data-builder-find> <select data-builder-choice>
//   <button data-edit="…">          all in one box
import { announce, folded } from "../lib/dom.js";
import { filled, gettext, ngettext } from "../lib/text.js";

const MAX_SHOWN = 8;
// The whole list of each <select>, from before it was narrowed.
const whole = new WeakMap();

const wordsOf = (option) => folded([option.label, option.value, option.parentElement.label].filter(Boolean).join(" "));

function copyOf(select) {
  if (!whole.has(select)) whole.set(select, [...select.children].map((one) => one.cloneNode(true)));
  return whole.get(select).map((one) => one.cloneNode(true));
}

/** Leave only the options that have every word that was typed. */
function narrow(select, text) {
  const wanted = folded(text).split(/\s+/).filter(Boolean);
  select.replaceChildren(...copyOf(select));
  if (wanted.length === 0) {
    select.removeAttribute("size");
    select.value = "";
    return;
  }
  for (const option of [...select.options]) {
    const words = wordsOf(option);
    if (!option.value || !wanted.every((one) => words.includes(one))) option.remove();
  }
  for (const group of [...select.querySelectorAll("optgroup")]) if (group.children.length === 0) group.remove();
  const count = select.options.length;
  if (count === 0) select.append(new Option(gettext("No criterion fits"), ""));
  select.size = Math.max(2, Math.min(MAX_SHOWN, select.querySelectorAll("option, optgroup").length));
  select.selectedIndex = 0;
  announce(filled(ngettext("%(count)s criterion fits", "%(count)s criteria fit", count), { count }));
}

/** Every field of criteria in `element` gets its keys; what is added is sent by its button. */
export function findCriteriaIn(element, signal) {
  const choiceOf = (control) => control.parentElement.querySelector("[data-builder-choice]");
  const add = (select) => select.parentElement.querySelector("[data-edit]").click();

  element.addEventListener("input", ({ target }) => "builderFind" in target.dataset && narrow(choiceOf(target), target.value), { signal });

  function inField(event) {
    const select = choiceOf(event.target);
    if (event.key === "ArrowDown") select.focus();
    else if (event.key === "Enter" && select.value) add(select);
    else if (event.key === "Escape" && event.target.value) narrow(select, (event.target.value = ""));
    else return event.key === "Enter";
    return true;
  }

  function inList(event) {
    const isOpen = event.target.size > 1;
    const field = event.target.parentElement.querySelector("[data-builder-find]");
    if (!isOpen || !field) return false;
    if (event.key === "Enter" && event.target.value) add(event.target);
    else if (event.key === "Escape") field.focus();
    else if (event.key === "ArrowUp" && event.target.selectedIndex <= 0) field.focus();
    else return false;
    return true;
  }

  element.addEventListener(
    "keydown",
    (event) => {
      const isField = "builderFind" in event.target.dataset;
      const isList = "builderChoice" in event.target.dataset;
      if ((isField && inField(event)) || (isList && inList(event))) event.preventDefault();
    },
    { signal },
  );
  element.addEventListener(
    "dblclick",
    (event) => {
      const select = event.target.closest("[data-builder-choice]");
      if (select && select.size > 1 && select.value) add(select);
    },
    { signal },
  );
}
