// A table whose rows form a tree (role=treegrid): rows fold, arrow keys move
// between rows, Enter opens the row's first link, Tab goes to what is in the row.
//
//   <table role="treegrid" data-controller="tree" [data-tree-key="namespaces"]>
//     <tr role="row" aria-level="2" aria-expanded="true" data-tree-id="…" data-label="…">
//       <td> <button type="button" data-tree-toggle tabindex="-1"> …
// With a key, what is folded is remembered for the session. A row with data-tree-later
// fetches what is below it (htmx, on `unfold`) when it is unfolded for the first time.
import { fetchLater, navigateTree } from "../lib/tree.js";

export default function tree(table, signal) {
  const rows = () => [...table.querySelectorAll("tbody > tr[aria-level]")];
  const levelOf = (row) => Number(row.getAttribute("aria-level"));
  const key = table.dataset.treeKey && `postern-folded-${table.dataset.treeKey}`;

  function remembered() {
    try {
      return new Set(JSON.parse(sessionStorage.getItem(key) ?? "[]"));
    } catch {
      return new Set();
    }
  }

  function remember() {
    if (!key) return;
    const folded = rows().filter((row) => row.ariaExpanded === "false" && !("treeLater" in row.dataset)).map((row) => row.dataset.treeId);
    try {
      sessionStorage.setItem(key, JSON.stringify(folded));
    } catch {
      // Without storage every visit starts unfolded.
    }
  }

  /** Hide each row that lies below a folded one. */
  function show() {
    let foldedAt = Infinity;
    for (const row of rows()) {
      if (levelOf(row) <= foldedAt) foldedAt = Infinity;
      row.hidden = levelOf(row) > foldedAt;
      if (!row.hidden && row.ariaExpanded === "false") foldedAt = levelOf(row);
    }
  }

  function setExpanded(row, open) {
    row.ariaExpanded = String(open);
    if (open) fetchLater(row);
    show();
    remember();
  }

  if (key) {
    const folded = remembered();
    for (const row of rows()) if (row.ariaExpanded && folded.has(row.dataset.treeId)) row.ariaExpanded = "false";
  }
  show();
  navigateTree(table, { items: rows, levelOf, setExpanded, signal });
  table.addEventListener("htmx:afterSettle", show, { signal });

  table.addEventListener(
    "click",
    (event) => {
      const row = event.target.closest("[data-tree-toggle]")?.closest("tr");
      if (row) setExpanded(row, row.ariaExpanded !== "true");
    },
    { signal },
  );
  table.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Enter" && event.target.matches("tr")) event.target.querySelector("a[href]")?.click();
    },
    { signal },
  );
}
