// Somebody else saved first: their change and one's own are put together. What does not
// overlap is done at once; where both changed the same lines, somebody has to choose, and
// the form can't be sent before.
//
//   <section data-controller="policy-merge" data-form="policy-form">
//     <p data-merge-state role="status"></p>
//     <div data-merge-field="id_source" data-label="Policy text"> three hidden text
//       fields with data-merge="base", "theirs", "own" </div>
//     <ol data-merge-list></ol>
import { chosen, linesOf, merge } from "./merging.js";
import { filled, gettext, ngettext } from "../lib/text.js";

const CHOICES = [
  ["theirs", gettext("Theirs")],
  ["own", gettext("Yours")],
  ["both", gettext("Both, theirs first")],
  ["base", gettext("As it was before both")],
];
const DONE = { theirs: gettext("Taken over from them"), own: gettext("Kept of yours"), both: gettext("Changed alike by both") };
const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

function lines(texts, sign) {
  if (texts.length === 0) return make("p", { className: "muted", textContent: gettext("No lines.") });
  return make("pre", { className: `code merge__lines merge__lines--${sign}`, textContent: texts.join("\n") });
}

export default function policyMerge(element, signal) {
  const { form } = element.dataset;
  const state = element.querySelector("[data-merge-state]");
  const list = element.querySelector("[data-merge-list]");
  const open = new Set();
  let number = 0;
  let isByHand = false;

  function say() {
    const done = list.querySelectorAll("[data-merge-done='theirs']").length;
    const taken = filled(ngettext("%(done)s change of theirs is taken over.", "%(done)s changes of theirs are taken over.", done), { done });
    const rest = filled(ngettext("%(count)s place is left to choose.", "%(count)s places are left to choose.", open.size), { count: open.size });
    const words = `${taken} ${open.size > 0 ? rest : gettext("Nothing is left to choose. Look it over, then save.")}`;
    state.textContent = isByHand ? `${words} ${gettext("The text was changed by hand since, and choices leave it alone.")}` : words;
  }

  function showDone(label, { by, was, lines: now }) {
    const item = make("li", { className: "merge__item" }, make("p", { textContent: `${label}: ${DONE[by].toLowerCase()}` }));
    item.dataset.mergeDone = by;
    if (was.length > 0) item.append(lines(was, "removed"));
    if (now.length > 0) item.append(lines(now, "added"));
    list.append(item);
  }

  function showConflict(label, part, isText, onChoice) {
    number += 1;
    const name = `merge-${number}`;
    const group = make("fieldset", { className: "merge__item merge__item--open" }, make("legend", { textContent: filled(gettext("%(field)s: both changed this"), { field: label }) }));
    const offers = isText ? CHOICES : CHOICES.filter(([value]) => value !== "both");
    open.add(name);
    for (const [value, words] of offers) {
      const radio = make("input", { type: "radio", className: "form-check-input", name, value, required: true });
      radio.setAttribute("form", form);
      radio.addEventListener("change", () => {
        open.delete(name);
        group.classList.remove("merge__item--open");
        onChoice(value);
        say();
      }, { signal });
      group.append(make("label", { className: "merge__choice" }, radio, make("span", {}, words), lines(chosen(part, value), value)));
    }
    list.append(make("li", {}, group));
  }

  function put(box) {
    const field = document.getElementById(box.dataset.mergeField);
    const text = (name) => box.querySelector(`[data-merge="${name}"]`).value;
    const { label } = box.dataset;
    const parts = merge(text("base"), text("theirs"), text("own"));
    const choices = new Map();
    let written = field.value;

    function write() {
      // Whoever changed the text by hand since has the last word.
      isByHand ||= field.value !== written;
      if (field.value !== written) return;
      written = parts.flatMap((part) => (part.kind === "conflict" ? chosen(part, choices.get(part)) : part.lines)).join("\n");
      field.value = written;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }

    for (const part of parts) {
      if (part.kind === "done") showDone(label, part);
      if (part.kind === "conflict") showConflict(label, part, field.id === "id_source", (value) => {
        choices.set(part, value);
        write();
      });
    }
    if (linesOf(text("own")).join("\n") === field.value.replaceAll("\r\n", "\n")) write();
  }

  for (const box of element.querySelectorAll("[data-merge-field]")) put(box);
  say();
}
