// What makes the builder easier: moving by mouse, keys, ways into the text.

/** What was found and chosen is taken out of its field again. */
export function removeFoundIn(element, signal) {
  element.addEventListener(
    "click",
    (event) => {
      const found = event.target.closest("[data-found-remove]")?.closest("[data-found]");
      if (!found) return;
      const field = found.parentElement;
      found.remove();
      field.dispatchEvent(new Event("change", { bubbles: true }));
    },
    { signal },
  );
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
