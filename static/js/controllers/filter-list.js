// A tree of links with a search field over it: typing leaves what matches, with
// its ancestors; arrow keys go from the field into the tree.
//
//   <div data-controller="filter-list">
//     <input data-filter-list-input>
//     <p data-filter-list-empty hidden>…</p>
//     <ul role="tree"> <li role="none"> <a role="treeitem" aria-level="1"
//       aria-expanded="true" data-label="…"> … <ul role="group"> …
//   </div>
// Of a large tree only the top is there: a group with data-tree-later fetches itself when
// it is unfolded, and a field with hx-get replaces the tree by what matches.
import { announce, debounce, folded } from "../lib/dom.js";
import { fetchLater, navigateTree } from "../lib/tree.js";

export default function filterList(element, signal) {
  const input = element.querySelector("[data-filter-list-input]");
  const tree = element.querySelector("[role=tree]");
  const empty = element.querySelector("[data-filter-list-empty]");
  if (!tree) return;

  const items = () => [...tree.querySelectorAll("[role=treeitem]")];
  const groupOf = (item) => item.parentElement.querySelector(":scope > [role=group]");

  function setExpanded(item, open) {
    item.ariaExpanded = String(open);
    const group = groupOf(item);
    if (!group) return;
    group.hidden = !open;
    if (open) fetchLater(group);
  }

  const { go, shown } = navigateTree(tree, {
    items,
    levelOf: (item) => Number(item.ariaLevel),
    setExpanded,
    signal,
  });

  const say = debounce((count) => announce(count === 1 ? "1 match" : `${count} matches`), 400);

  function filter() {
    const wanted = folded(input.value.trim());
    let count = 0;
    // Children come after their parents: backwards, each knows of its children.
    for (const item of items().reverse()) {
      const hit = folded(item.dataset.label ?? item.textContent).includes(wanted);
      const below = [...(groupOf(item)?.children ?? [])].some((child) => !child.hidden);
      item.parentElement.hidden = wanted !== "" && !hit && !below;
      item.classList.toggle("tree__item--match", wanted !== "" && hit);
      if (wanted !== "" && below && item.ariaExpanded === "false") setExpanded(item, true);
      count += hit ? 1 : 0;
    }
    if (empty) empty.hidden = wanted === "" || count > 0;
    if (wanted !== "") say(count);
  }

  tree.addEventListener(
    "click",
    (event) => {
      if (!event.target.closest("[data-tree-toggle]")) return;
      event.preventDefault();
      const item = event.target.closest("[role=treeitem]");
      setExpanded(item, item.ariaExpanded !== "true");
    },
    { signal },
  );
  input?.addEventListener("input", filter, { signal });
  tree.addEventListener("htmx:afterSettle", filter, { signal });
  input?.addEventListener(
    "keydown",
    (event) => {
      const match = shown().find((one) => one.matches(".tree__item--match"));
      if (event.key === "ArrowDown") go(match ?? shown()[0]);
      else if (event.key === "Enter") match?.click();
      else return;
      event.preventDefault();
    },
    { signal },
  );
  if (input?.value) filter();
  // Fetched into a popover that has just been opened: typing may begin.
  if (element.closest(":popover-open")) input?.focus();
}
