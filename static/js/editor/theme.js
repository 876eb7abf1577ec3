// The editor in the console's colors. They are custom properties, so that both
// themes come from tokens.css.
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export const colors = syntaxHighlighting(
  HighlightStyle.define([
    { tag: [tags.propertyName, tags.definition(tags.propertyName), tags.function(tags.variableName)], color: "var(--link)" },
    { tag: [tags.string, tags.content, tags.attributeValue], color: "var(--text)" },
    { tag: [tags.number, tags.bool, tags.null, tags.keyword, tags.atom], color: "var(--login)" },
    { tag: [tags.comment, tags.lineComment], color: "var(--text-muted)", fontStyle: "italic" },
    { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: "var(--text-muted)" },
    { tag: [tags.labelName, tags.typeName, tags.meta, tags.special(tags.variableName)], color: "var(--warning)" },
  ]),
);

export const look = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "var(--surface)", fontSize: "0.8125rem" },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-1px" },
  ".cm-scroller": { fontFamily: "var(--font-code)", lineHeight: "1.6" },
  ".cm-content": { padding: "0.5rem 0", caretColor: "var(--text)" },
  ".cm-line": { padding: "0 0.75rem 0 0.5rem" },
  ".cm-cursor": { borderLeftColor: "var(--text)", borderLeftWidth: "2px" },
  ".cm-gutters": { color: "var(--text-muted)", backgroundColor: "var(--sunken)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--hover) 60%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--link) 28%, transparent) !important",
  },
  ".cm-selectionMatch": { backgroundColor: "color-mix(in srgb, var(--lantern) 25%, transparent)" },
  "&.cm-focused .cm-matchingBracket": { color: "inherit", backgroundColor: "var(--selected)", outline: "1px solid var(--control-line)" },
  ".cm-searchMatch": { backgroundColor: "color-mix(in srgb, var(--lantern) 35%, transparent)" },
  ".cm-searchMatch-selected": { backgroundColor: "color-mix(in srgb, var(--lantern) 65%, transparent)" },
  ".cm-foldPlaceholder": { color: "var(--text-muted)", backgroundColor: "var(--neutral-surface)", border: "none", padding: "0 0.375rem" },
  ".cm-panels": { color: "var(--text)", backgroundColor: "var(--sunken)", fontFamily: "var(--font)" },
  ".cm-panels-top": { borderBottom: "1px solid var(--line)" },
  ".cm-panel.cm-search": { padding: "0.5rem 2rem 0.5rem 0.75rem" },
  ".cm-panel.cm-search label": { fontSize: "0.8125rem" },
  ".cm-textfield": { color: "var(--text)", backgroundColor: "var(--surface)", border: "1px solid var(--control-line)", borderRadius: "4px", fontSize: "0.8125rem" },
  ".cm-button": { color: "var(--text)", backgroundImage: "none", backgroundColor: "var(--surface)", border: "1px solid var(--control-line)", borderRadius: "4px", fontSize: "0.8125rem" },
  ".cm-panel.cm-search [name=close]": { color: "var(--text-muted)", fontSize: "1.25rem", minWidth: "1.5rem", minHeight: "1.5rem" },
  ".cm-tooltip": { color: "var(--text)", backgroundColor: "var(--raised)", border: "1px solid var(--line)", borderRadius: "6px", boxShadow: "var(--shadow-high)", fontFamily: "var(--font)", maxWidth: "min(28rem, 90vw)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--font)", maxHeight: "16rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.25rem 0.625rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { color: "var(--text)", backgroundColor: "var(--selected)" },
  ".cm-completionLabel": { fontFamily: "var(--font-code)" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "600" },
  ".cm-completionDetail": { color: "var(--text-muted)", fontStyle: "normal" },
  ".cm-completionInfo": { padding: "0.625rem 0.75rem" },
  ".cm-diagnostic": { padding: "0.375rem 0.625rem", borderLeftWidth: "3px" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--deny)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--warning)" },
  ".cm-diagnostic-info, .cm-diagnostic-hint": { borderLeftColor: "var(--link)" },
  ".cm-diagnosticAction": { color: "var(--on-accent)", backgroundColor: "var(--accent)", padding: "0.125rem 0.5rem", borderRadius: "4px" },
  ".cm-diagnosticSource": { color: "var(--text-muted)", fontSize: "0.75rem", opacity: "1" },
  ".cm-lintRange": { backgroundImage: "none", textDecorationLine: "underline", textDecorationStyle: "wavy", textDecorationThickness: "1px", textUnderlineOffset: "0.25em" },
  ".cm-lintRange-error": { textDecorationColor: "var(--deny)" },
  ".cm-lintRange-warning": { textDecorationColor: "var(--warning)" },
  ".cm-lintRange-info, .cm-lintRange-hint": { textDecorationColor: "var(--link)" },
  ".cm-lintRange-active": { backgroundColor: "var(--deny-surface)" },
  ".cm-action-allow, .cm-action-allow *": { color: "var(--allow)", fontWeight: "600" },
  ".cm-action-deny, .cm-action-deny *": { color: "var(--deny)", fontWeight: "600" },
  ".cm-known-name": { marginInlineStart: "0.75rem", color: "var(--text-muted)", fontFamily: "var(--font)", fontStyle: "normal" },
  ".cm-changedLine, .cm-inlineChangedLine, &.cm-merge-b .cm-changedLine": { backgroundColor: "var(--allow-surface)" },
  "&.cm-merge-a .cm-changedLine, .cm-deletedChunk": { backgroundColor: "var(--deny-surface)" },
  ".cm-changedText": { background: "none", textDecoration: "underline", textDecorationColor: "var(--allow)", textDecorationThickness: "2px" },
  "&.cm-merge-a .cm-changedText, .cm-deletedChunk .cm-deletedText": { background: "none", textDecoration: "underline", textDecorationColor: "var(--deny)", textDecorationThickness: "2px" },
  ".cm-collapsedLines": { color: "var(--text-muted)", background: "var(--neutral-surface)" },
});
