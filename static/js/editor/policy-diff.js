// Two texts side by side, or as one on small screens, with what changed marked and
// what did not folded away. Without this, the two text fields stand as they are.
//
//   <div data-controller="policy-diff" [data-diff-mode="split | unified"]
//        [data-diff-with="id"]   the new side follows this field as it is written in
//        [data-language="rego"]>
//     [<p data-diff-same hidden>]   stands there instead while both are the same
//     <textarea readonly data-diff-side="old" aria-label="Version 3">
//     <textarea readonly data-diff-side="new" aria-label="Version 4">
// Within <details> nothing is compared until it is opened.
import { MergeView, unifiedMergeView } from "@codemirror/merge";
import { EditorView } from "@codemirror/view";
import { debounce } from "../lib/dom.js";
import { rego } from "./rego.js";
import { followTheme, onlyReading, reading } from "./setup.js";

const FOLD = { margin: 3, minSize: 6 };
const SPLIT_FROM = "(min-width: 56rem)";

export default function policyDiff(element, signal) {
  const side = (name) => element.querySelector(`textarea[data-diff-side="${name}"]`);
  const [before, after] = [side("old"), side("new")];
  const followed = element.dataset.diffWith ? document.getElementById(element.dataset.diffWith) : null;
  const details = element.closest("details");
  const same = element.querySelector("[data-diff-same]");
  const language = element.dataset.language === "rego" ? rego() : undefined;
  const frame = Object.assign(document.createElement("div"), { className: "policy-diff" });
  const room = window.matchMedia(SPLIT_FROM);
  let close = () => {};

  before.hidden = true;
  after.hidden = true;
  element.append(frame);

  const newText = () => (followed ?? after).value;

  function extensions(field, theme) {
    const label = field.getAttribute("aria-label") ?? "";
    return [theme.extension, reading({ label, language }), onlyReading(label)];
  }

  function split(theme) {
    const view = new MergeView({
      a: { doc: before.value, extensions: extensions(before, theme) },
      b: { doc: newText(), extensions: extensions(after, theme) },
      parent: frame,
      collapseUnchanged: FOLD,
      gutter: true,
    });
    theme.start(view.a, view.b);
    return () => view.destroy();
  }

  function unified(theme) {
    const view = new EditorView({
      doc: newText(),
      parent: frame,
      extensions: [
        extensions(after, theme),
        unifiedMergeView({ original: before.value, mergeControls: false, collapseUnchanged: FOLD, gutter: true }),
      ],
    });
    theme.start(view);
    return () => view.destroy();
  }

  function show() {
    close();
    close = () => {};
    if (details && !details.open) return;
    const isSame = before.value === newText();
    if (same) same.hidden = !isSame;
    frame.hidden = same !== null && isSame;
    if (frame.hidden) return;
    const life = new AbortController();
    const theme = followTheme(life.signal);
    const mode = element.dataset.diffMode ?? (room.matches ? "split" : "unified");
    const destroy = mode === "split" ? split(theme) : unified(theme);
    frame.dataset.mode = mode;
    close = () => {
      life.abort();
      destroy();
    };
  }

  room.addEventListener("change", show, { signal });
  details?.addEventListener("toggle", show, { signal });
  followed?.addEventListener("input", debounce(show, 300), { signal });
  signal.addEventListener("abort", () => close());
  show();
}
