// What makes the builder easier: names for ids, moving by mouse, keys, ways into the text.
import { debounce } from "../lib/dom.js";
import { getJson } from "../lib/http.js";

const MAX_FOUND = 20;

/** People and groups are found by name, and stored by id. */
export function lookUpIn(element, signal) {
  const find = debounce(async (input) => {
    const url = new URL(element.dataset.completionUrl, window.location.href);
    url.searchParams.set("q", input.value);
    const found = await getJson(url, signal).catch(() => null);
    const options = (found?.[input.dataset.looksUp] ?? []).slice(0, MAX_FOUND).map(({ id, name, email }) =>
      Object.assign(document.createElement("option"), { value: id, label: [name, email].filter(Boolean).join(", ") }));
    input.list?.replaceChildren(...options);
  }, 150);
  const look = ({ target }) => target.dataset.looksUp && target.list && find(target);
  element.addEventListener("input", look, { signal });
  element.addEventListener("focusin", look, { signal });
}

/** `move(at, to)` is called with the places of what is dragged and where it is dropped. */
export function dragIn(element, move, signal) {
  let dragged = null;
  element.addEventListener("dragstart", (event) => (dragged = event.target.closest("[data-builder-item]")), { signal });
  element.addEventListener("dragover", (event) => dragged && event.target.closest("[data-builder-list]") && event.preventDefault(), { signal });
  element.addEventListener(
    "drop",
    (event) => {
      const list = event.target.closest("[data-builder-list]");
      if (!dragged || !list) return;
      event.preventDefault();
      const over = event.target.closest("[data-builder-item]");
      const at = dragged.dataset.builderItem;
      const to = over ? over.dataset.builderItem : list.dataset.builderList;
      if (at !== to) move(at, to);
      dragged = null;
    },
    { signal },
  );
}

/** Enter in a field takes the change over; it must not save the policy. */
export function takeOverOnEnter(element, signal) {
  element.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Enter" || !event.target.matches("input")) return;
      event.preventDefault();
      event.target.dispatchEvent(new Event("change", { bubbles: true }));
    },
    { signal },
  );
}

/** A click on a line leads into the editor, which must be open by then. */
export function leadIntoEditor(element, signal) {
  element.addEventListener(
    "click",
    (event) => {
      if (event.target.closest("[data-builder-goto]")) document.querySelector(`a[href="#${element.dataset.editorPanel}"]`)?.click();
    },
    { signal, capture: true },
  );
}
