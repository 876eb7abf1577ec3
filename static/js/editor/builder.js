// The builder: a policy's text as blocks. The text stays the truth; every change is
// sent to the server with it, and comes back as the changed text and its blocks.
//
//   <div data-controller="policy-builder" data-url="…" data-source="id_source">
//     <button data-builder-undo> <button data-builder-redo> <div data-builder-view> …
// Controls carry data-edit, the change as JSON without what is chosen in them.
import { announce, debounce } from "../lib/dom.js";
import { postForHtml } from "../lib/http.js";
import { dragIn, leadIntoEditor, removeFoundIn, takeOverOnEnter } from "./builder-aids.js";
import { changed, dataOf } from "./builder-data.js";
import { findCriteriaIn } from "./criterion-search.js";
import { gettext } from "../lib/text.js";

const MAX_STEPS = 100;
// What was typed for these is kept when they are refused, to be mended.
const KEEPING = new Set(["paste", "add-certificate"]);

export default function policyBuilder(element, signal) {
  const source = document.getElementById(element.dataset.source);
  const view = element.querySelector("[data-builder-view]");
  const [undo, redo] = ["undo", "redo"].map((name) => element.querySelector(`[data-builder-${name}]`));
  const done = [];
  const undone = [];
  let shown; // the text that is seen as blocks, if it is the one in the field
  let hasBlocks = false;
  let isOurs = false;
  let queue = Promise.resolve();

  const showSteps = () => {
    if (undo) undo.disabled = done.length === 0;
    if (redo) redo.disabled = undone.length === 0;
  };

  function write(text) {
    isOurs = true;
    source.value = text;
    source.dispatchEvent(new Event("input", { bubbles: true }));
    isOurs = false;
  }

  function ask(edit) {
    const body = new URLSearchParams({ source: source.value, readonly: String("readonly" in element.dataset) });
    if (edit) body.set("edit", JSON.stringify(edit));
    return postForHtml(element.dataset.url, body, signal);
  }

  /** Keep the cursor where it is; where it was (`asked`) only if it is nowhere now. */
  function replace(found, asked) {
    const active = document.activeElement ?? document.body;
    const focus = view.contains(active) ? active.dataset.focus : active === document.body ? asked : "";
    view.replaceChildren(...found.childNodes);
    view.setAttribute("aria-busy", "false");
    const same = focus && view.querySelector(`[data-focus="${CSS.escape(focus)}"]`);
    if (same) same.focus();
    else if (focus) view.querySelector("[data-focus]")?.focus();
  }

  async function refresh(edit) {
    const focus = view.contains(document.activeElement) ? document.activeElement.dataset.focus : "";
    const before = source.value;
    view.setAttribute("aria-busy", "true");
    try {
      const found = await ask(edit);
      const unreadable = found.querySelector("[data-builder-unreadable]");
      if (unreadable && hasBlocks) return keepLast(unreadable);
      const refusal = edit && KEEPING.has(edit.edit) && found.querySelector("[data-builder-refusal]");
      if (refusal) return refuse(refusal);
      const text = found.querySelector("[data-builder-source]").value;
      if (edit && text !== before) {
        done.push(before);
        if (done.length > MAX_STEPS) done.shift();
        undone.length = 0;
        write(text);
        announce(gettext("The text was changed."));
      }
      shown = source.value;
      hasBlocks = !unreadable;
      element.querySelector("[data-builder-state]").replaceChildren();
      replace(found, focus);
    } catch (error) {
      view.setAttribute("aria-busy", "false");
      if (error.name !== "AbortError") element.querySelector("[data-builder-state]").textContent = gettext("The console did not answer; nothing was changed.");
    }
    return showSteps();
  }

  function keepLast(message) {
    shown = undefined;
    view.setAttribute("aria-busy", "false");
    view.inert = true;
    element.querySelector("[data-builder-state]").replaceChildren(message);
  }

  function refuse(message) {
    view.setAttribute("aria-busy", "false");
    element.querySelector("[data-builder-state]").replaceChildren(message);
  }

  const send = (edit) => {
    view.inert = false;
    queue = queue.then(() => refresh(edit));
    return queue;
  };

  const act = (control, edit = changed(control)) => edit && send(edit);

  function step(from, to) {
    if (from.length === 0) return;
    to.push(source.value);
    write(from.pop());
    send();
  }

  element.addEventListener(
    "change",
    (event) => {
      const control = event.target;
      if (control.dataset.edit) return act(control);
      const fields = control.closest("[data-builder-data]");
      return fields && send({ ...JSON.parse(fields.dataset.builderData), data: dataOf(fields) });
    },
    { signal },
  );
  element.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      if (button === undo) step(done, undone);
      else if (button === redo) step(undone, done);
      else if (button.dataset.edit) act(button);
    },
    { signal },
  );
  takeOverOnEnter(element, signal);
  leadIntoEditor(element, signal);
  removeFoundIn(element, signal);
  findCriteriaIn(element, signal);
  dragIn(element, (at, to) => send({ edit: "move-criterion", at, to }), signal);
  // Somebody typed in the editor: look again when they pause, or when this is opened.
  const look = debounce(() => shown !== source.value && element.offsetParent && send(), 400);
  source.addEventListener("input", () => isOurs || look(), { signal });
  document.addEventListener("tabs:open", () => shown !== source.value && element.offsetParent && send(), { signal });
  showSteps();
  // What is only looked at is asked for once somebody does.
  if (!("readonly" in element.dataset) || element.offsetParent) send();
}
