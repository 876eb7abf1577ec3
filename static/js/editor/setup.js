// What every text view of ours has: look, language, line numbers, search; and what
// one that can be written in has on top.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState } from "@codemirror/state";
import {
  drawSelection,
  dropCursor,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { marks } from "./marks.js";
import { colors, look } from "./theme.js";

/** The nonce under which the page's policy lets CodeMirror add its styles. */
const nonce = document.querySelector("script[nonce]")?.nonce ?? "";

export function reading({ label, describedBy, language = [yaml(), marks] }) {
  return [
    EditorView.cspNonce.of(nonce),
    EditorView.contentAttributes.of({
      "aria-label": label,
      spellcheck: "false",
      autocorrect: "off",
      autocapitalize: "off",
      ...(describedBy ? { "aria-describedby": describedBy } : {}),
    }),
    EditorState.tabSize.of(2),
    indentUnit.of("  "),
    lineNumbers(),
    foldGutter(),
    highlightSpecialChars(),
    drawSelection(),
    bracketMatching(),
    highlightSelectionMatches(),
    search({ top: true }),
    language,
    colors,
    look,
  ];
}

/** A view that is looked at: in the tab order, but not written in. */
export function onlyReading(label) {
  return [
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.contentAttributes.of({ tabindex: "0", role: "textbox", "aria-readonly": "true", "aria-multiline": "true", "aria-label": label }),
    keymap.of([...defaultKeymap, ...searchKeymap, ...foldKeymap]),
  ];
}

export function writing(completions) {
  return [
    history(),
    dropCursor(),
    indentOnInput(),
    closeBrackets(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    autocompletion({ override: [completions], icons: false, maxRenderedOptions: 50 }),
    // Tab indents; after Escape it leaves the editor (CodeMirror's own way out).
    keymap.of([
      ...closeBracketsKeymap,
      ...completionKeymap,
      ...searchKeymap,
      ...historyKeymap,
      ...foldKeymap,
      ...defaultKeymap,
      indentWithTab,
    ]),
  ];
}

/** Keeps CodeMirror's own idea of dark and light that of the page. */
export function followTheme(signal) {
  const theme = new Compartment();
  const isDark = () => document.documentElement.dataset.bsTheme === "dark";
  const now = () => EditorView.darkTheme.of(isDark());
  return {
    extension: theme.of(now()),
    start(...views) {
      const watcher = new MutationObserver(() => {
        for (const view of views) view.dispatch({ effects: theme.reconfigure(now()) });
      });
      watcher.observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
      signal.addEventListener("abort", () => watcher.disconnect());
      // Lines measured before the font is there stand beside their numbers.
      document.fonts.ready.then(() => views.forEach((view) => signal.aborted || view.requestMeasure()));
    },
  };
}
