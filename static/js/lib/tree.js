// Moving through a tree by keyboard, as the ARIA patterns for trees and tree grids
// ask: one item is in the tab order; arrows, Home, End and letters move it.
import { folded, isVisible } from "./dom.js";

const TYPING_PAUSE = 700;

/** Have an element with data-tree-later fetch what is below it, unless it did. */
export function fetchLater(element) {
  if (!("treeLater" in element.dataset)) return;
  const done = ({ target, detail }) => {
    if (target !== element) return;
    element.removeEventListener("htmx:afterRequest", done);
    if (detail.successful) delete element.dataset.treeLater;
  };
  element.addEventListener("htmx:afterRequest", done);
  element.dispatchEvent(new Event("unfold"));
}

/**
 * `items()` gives the items in order, `levelOf(item)` their depth from 1,
 * `setExpanded(item, open)` opens or closes one that has aria-expanded.
 */
export function navigateTree(root, { items, levelOf, setExpanded, signal }) {
  let typed = "";
  let typedAt = 0;

  const shown = () => items().filter(isVisible);

  function makeCurrent(item) {
    for (const other of items()) other.tabIndex = other === item ? 0 : -1;
  }

  function go(item) {
    if (!item) return;
    makeCurrent(item);
    item.focus();
  }

  function parentOf(item) {
    const before = items().slice(0, items().indexOf(item)).reverse();
    return before.find((other) => levelOf(other) < levelOf(item));
  }

  function right(item, list) {
    if (item.ariaExpanded === "false") return setExpanded(item, true);
    const next = list[list.indexOf(item) + 1];
    if (item.ariaExpanded === "true" && next && levelOf(next) > levelOf(item)) go(next);
    return undefined;
  }

  function left(item) {
    if (item.ariaExpanded === "true") setExpanded(item, false);
    else go(parentOf(item));
  }

  function typeAhead(key, item, list) {
    const now = Date.now();
    typed = now - typedAt < TYPING_PAUSE ? typed + folded(key) : folded(key);
    typedAt = now;
    const from = list.indexOf(item) + (typed.length === 1 ? 1 : 0);
    const turned = [...list.slice(from), ...list.slice(0, from)];
    go(turned.find((one) => folded(one.dataset.label ?? one.textContent).trim().startsWith(typed)));
  }

  function onKey(event) {
    const item = items().find((one) => one === event.target);
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    const list = shown();
    const at = list.indexOf(item);
    const moves = {
      ArrowDown: () => go(list[at + 1]),
      ArrowUp: () => go(list[at - 1]),
      ArrowRight: () => right(item, list),
      ArrowLeft: () => left(item),
      Home: () => go(list[0]),
      End: () => go(list.at(-1)),
      "*": () => items().forEach((one) => one.ariaExpanded === "false" && levelOf(one) === levelOf(item) && setExpanded(one, true)),
    };
    if (moves[event.key]) {
      typed = ""; // what is typed after a move begins anew
      moves[event.key]();
    } else if (event.key.length === 1 && event.key !== " ") typeAhead(event.key, item, list);
    else return;
    event.preventDefault();
  }

  root.addEventListener("keydown", onKey, { signal });
  root.addEventListener("focusin", (event) => items().includes(event.target) && makeCurrent(event.target), { signal });
  makeCurrent(items().find((one) => one.ariaCurrent || one.ariaSelected === "true") ?? items()[0]);
  return { go, shown };
}
