// Moving rows of a tree onto others: by dragging, or with Ctrl+X on the row and Ctrl+V on
// the new parent. Neither moves anything: both open the page that shows what would change.
//
//   <div data-controller="tree-move">
//     <tr aria-level="2" data-tree-id="…" data-label="…" data-move-url="…" data-takes-moves>
import { announce } from "../lib/dom.js";
import { filled, gettext } from "../lib/text.js";

export default function treeMove(element, signal) {
  let moving;

  const rowOf = (event) => event.target.closest?.("tr[data-tree-id]");
  const levelOf = (row) => Number(row.getAttribute("aria-level"));

  /** Whether a row is the moved one, or lies below it. */
  function isWithin(row) {
    for (let one = moving; one; one = one.nextElementSibling) {
      if (one !== moving && levelOf(one) <= levelOf(moving)) return false;
      if (one === row) return true;
    }
    return false;
  }

  const takes = (row) => moving && row && "takesMoves" in row.dataset && !isWithin(row);

  function mark(target) {
    for (const row of element.querySelectorAll(".is-target")) row.classList.remove("is-target");
    target?.classList.add("is-target");
  }

  function pick(row) {
    moving?.classList.remove("is-moving");
    moving = row;
    moving?.classList.add("is-moving");
    mark();
  }

  function drop(row) {
    if (!takes(row)) return announce(filled(gettext("It can't go to %(name)s"), { name: row?.dataset.label ?? "" }));
    const url = new URL(moving.dataset.moveUrl, window.location.href);
    url.searchParams.set("under", row.dataset.treeId);
    pick();
    return window.location.assign(url);
  }

  function offer() {
    for (const row of element.querySelectorAll("tr[data-move-url]")) row.draggable = true;
  }

  const keys = {
    x(row) {
      if (!row.dataset.moveUrl) return announce(filled(gettext("%(name)s can't be moved by you"), { name: row.dataset.label }));
      pick(row);
      return announce(filled(gettext("%(name)s is picked. Ctrl+V on its new parent shows what would change"), { name: row.dataset.label }));
    },
    v: drop,
  };

  offer();
  const listen = (type, act) => element.addEventListener(type, act, { signal });
  listen("htmx:afterSettle", offer);
  listen("dragstart", (event) => {
    const row = rowOf(event);
    if (!row?.dataset.moveUrl) return;
    event.dataTransfer.setData("text/plain", row.dataset.label);
    event.dataTransfer.effectAllowed = "move";
    pick(row);
  });
  listen("dragover", (event) => {
    const row = rowOf(event);
    mark(takes(row) ? row : undefined);
    if (takes(row)) event.preventDefault();
  });
  listen("drop", (event) => {
    event.preventDefault();
    drop(rowOf(event));
  });
  listen("dragend", () => pick());
  listen("keydown", (event) => {
    if (event.key === "Escape" && moving) return pick();
    const act = (event.ctrlKey || event.metaKey) && keys[event.key.toLowerCase()];
    if (!act || !event.target.matches("tr[data-tree-id]") || (act === drop && !moving)) return undefined;
    event.preventDefault();
    return act(event.target);
  });
}
