// Repeatable rows of a form: add, remove, move up and down, by mouse and keyboard.
// Fits Django's formsets (names "prefix-0-field") and plain repeated names.
//
//   <div data-controller="rows" [data-rows-prefix="to"] [data-rows-max="20"]>
//     <input type="hidden" name="to-TOTAL_FORMS" …>
//     <ul data-rows-list> <li data-row> … <button type="button" data-row-remove>
//         <button type="button" data-row-up> <button type="button" data-row-down>
//     <template data-rows-template> one <li data-row>, with __prefix__ for its number
//     <button type="button" data-rows-add>
// A saved row of a formset is not taken out but marked: it has a DELETE field.
import { announce, isVisible } from "../lib/dom.js";
import { filled, gettext } from "../lib/text.js";

const FIELDS = "input:not([type=hidden]), select, textarea";

export default function rows(element, signal) {
  const list = element.querySelector("[data-rows-list]");
  const template = element.querySelector("template[data-rows-template]");
  const prefix = element.dataset.rowsPrefix;
  const max = Number(element.dataset.rowsMax ?? Infinity);
  const all = () => [...list.querySelectorAll(":scope > [data-row]")];
  const shown = () => all().filter((row) => !row.hidden);

  /** Give every row the number of its place, in names, ids and what points to them. */
  function renumber() {
    all().forEach((row, place) => {
      if (prefix) {
        const numbered = new RegExp(`^((?:id_)?${prefix}-)(\\d+|__prefix__)(?=-)`);
        for (const part of [row, ...row.querySelectorAll("*")]) {
          for (const name of ["name", "id", "for", "aria-describedby", "aria-labelledby"]) {
            const value = part.getAttribute(name);
            if (value) part.setAttribute(name, value.replace(numbered, `$1${place}`));
          }
        }
      }
      const order = row.querySelector("[name$='-ORDER'], [data-row-order]");
      if (order) order.value = place + 1;
    });
    const total = prefix && element.querySelector(`[name="${prefix}-TOTAL_FORMS"]`);
    if (total) total.value = all().length;
    for (const button of element.querySelectorAll("[data-rows-add]")) button.disabled = shown().length >= max;
    shown().forEach((row, place, every) => {
      row.querySelector("[data-row-up]")?.toggleAttribute("disabled", place === 0);
      row.querySelector("[data-row-down]")?.toggleAttribute("disabled", place === every.length - 1);
    });
  }

  function changed(sentence) {
    renumber();
    announce(sentence);
    element.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function add() {
    const row = template.content.firstElementChild.cloneNode(true);
    list.append(row);
    changed(filled(gettext("Row %(number)s added"), { number: shown().length }));
    row.querySelector(FIELDS)?.focus();
  }

  function remove(row) {
    const place = shown().indexOf(row);
    const mark = row.querySelector("[name$='-DELETE']");
    if (mark) {
      mark.checked = true;
      mark.value = "on";
      row.hidden = true;
    } else row.remove();
    changed(filled(gettext("Row %(number)s removed"), { number: place + 1 }));
    const next = shown()[place] ?? shown().at(-1);
    (next?.querySelector(FIELDS) ?? element.querySelector("[data-rows-add]"))?.focus();
  }

  function move(row, by, button) {
    const every = shown();
    const other = every[every.indexOf(row) + by];
    if (!other) return;
    if (by < 0) other.before(row);
    else other.after(row);
    changed(filled(gettext("Row is now %(number)s of %(count)s"), { number: shown().indexOf(row) + 1, count: every.length }));
    const target = button?.disabled ? row.querySelector("[data-row-up]:enabled, [data-row-down]:enabled") : button;
    (target && isVisible(target) ? target : row.querySelector(FIELDS))?.focus();
  }

  element.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest("button");
      const row = button?.closest("[data-row]");
      if (button?.matches("[data-rows-add]")) add();
      else if (row && button.matches("[data-row-remove]")) remove(row);
      else if (row && button.matches("[data-row-up]")) move(row, -1, button);
      else if (row && button.matches("[data-row-down]")) move(row, 1, button);
    },
    { signal },
  );
  element.addEventListener(
    "keydown",
    (event) => {
      const row = event.target.closest("[data-row]");
      if (!row || !event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
      if (!row.querySelector("[data-row-up]")) return;
      event.preventDefault();
      const field = document.activeElement;
      move(row, event.key === "ArrowUp" ? -1 : 1);
      field.focus();
    },
    { signal },
  );
  renumber();
}
