// A text field for policies, made an editor. The field stays in the form and keeps
// the text, so that the form works as ever.
//
//   <textarea data-controller="policy-editor" [readonly] [aria-label="…"]
//             data-lint-url="…" data-completion-url="…" [data-names='{"g-1": "Web team"}']
//             [data-format-url="…"] [data-language="rego"]>
// The addresses are those of the API's policies/check, policies/completion and
// policies/format; names are of the ids in the text, which completion need not know.
// Events on the field, for what stands beside it: `input` after each change, and
// `policy-editor:linted` with detail.problems. A link or button with
// data-editor-line="12" (and data-editor-for="<id of the field>") leads there.
import { nextDiagnostic } from "@codemirror/lint";
import { EditorView, keymap } from "@codemirror/view";
import { completions } from "./completion.js";
import { formatting } from "./format.js";
import { hover } from "./hover.js";
import { serverLint } from "./lint.js";
import { setKnownNames } from "./marks.js";
import { problemList } from "./problems.js";
import { rego, regoCompletions } from "./rego.js";
import { followTheme, onlyReading, reading, writing } from "./setup.js";
import { namesById, vocabulary } from "./vocabulary.js";
import { gettext } from "../lib/text.js";

let made = 0;

function nameOf(field) {
  return field.getAttribute("aria-label") ?? field.labels?.[0]?.textContent.trim() ?? gettext("Policy");
}

function frameFor(field) {
  const frame = Object.assign(document.createElement("div"), { className: "policy-editor" });
  field.before(frame);
  frame.append(field);
  field.hidden = true;
  // A hidden field can't be pointed out by the browser; the server refuses instead.
  field.required = false;
  return frame;
}

function keyHint(canFormat) {
  made += 1;
  return Object.assign(document.createElement("p"), {
    id: `policy-editor-keys-${made}`,
    className: "policy-editor__keys",
    textContent: canFormat ? gettext("Ctrl+Space completes, F8 goes to the next problem, Shift+Alt+F formats, Esc and then Tab leaves the editor.") : gettext("Ctrl+Space completes, F8 goes to the next problem, Esc and then Tab leaves the editor."),
  });
}

export default function policyEditor(field, signal) {
  const { lintUrl, completionUrl, formatUrl } = field.dataset;
  const isRego = field.dataset.language === "rego";
  const readOnly = field.readOnly || field.disabled;
  const label = nameOf(field);
  const frame = frameFor(field);
  const format = formatUrl && !readOnly ? formatting(formatUrl, signal) : null;
  const hint = keyHint(format !== null);
  const theme = followTheme(signal);
  const problems = problemList();

  function onAnswer(found) {
    if (found === null) problems.say(gettext("The policy could not be checked: the console did not answer."));
    else field.dispatchEvent(new CustomEvent("policy-editor:linted", { bubbles: true, detail: { problems: found } }));
  }

  const keepField = EditorView.updateListener.of((update) => {
    if (!update.docChanged) return;
    field.value = update.state.doc.toString();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });

  const describedBy = [field.getAttribute("aria-describedby"), readOnly ? null : hint.id].filter(Boolean).join(" ");
  const view = new EditorView({
    doc: field.value,
    parent: frame,
    extensions: [
      theme.extension,
      reading({ label, describedBy, language: isRego ? rego() : undefined }),
      readOnly ? onlyReading(label) : writing((isRego ? regoCompletions : completions)(completionUrl)),
      keymap.of([{ key: "F8", run: nextDiagnostic }, ...(format ? [{ key: "Shift-Alt-f", run: format.run }] : [])]),
      isRego ? [] : hover(completionUrl),
      keepField,
      lintUrl ? [serverLint(lintUrl, onAnswer, signal, field.dataset.language), problems.extension] : [],
    ],
  });
  theme.start(view);
  if (format) frame.prepend(format.bar(view));
  if (lintUrl) frame.append(problems.box);
  if (!readOnly) frame.append(hint);

  view.dispatch({ effects: setKnownNames.of(new Map(Object.entries(JSON.parse(field.dataset.names ?? "{}")))) });
  if (!isRego) vocabulary(completionUrl).then((words) => {
    if (!signal.aborted) view.dispatch({ effects: setKnownNames.of(namesById(words)) });
  });

  // Others may write the field: a dropped file, a builder, a reset form.
  function takeField() {
    const now = view.state.doc.toString();
    if (field.value === now) return;
    view.dispatch({ changes: { from: 0, to: now.length, insert: field.value } });
  }
  field.addEventListener("input", takeField, { signal });
  field.form?.addEventListener("reset", () => window.setTimeout(takeField), { signal });

  function goTo(number) {
    const panel = frame.closest("[role=tabpanel][hidden]");
    if (panel) document.getElementById(panel.getAttribute("aria-labelledby"))?.click();
    const line = view.state.doc.line(Math.max(1, Math.min(Number(number) || 1, view.state.doc.lines)));
    view.dispatch({ selection: { anchor: line.from, head: line.to }, effects: EditorView.scrollIntoView(line.from, { y: "center" }) });
    view.focus();
  }
  document.addEventListener(
    "click",
    (event) => {
      const link = event.target.closest("[data-editor-line]");
      if (!link || (link.dataset.editorFor ?? field.id) !== field.id) return;
      event.preventDefault();
      goTo(link.dataset.editorLine);
    },
    { signal },
  );
  for (const one of field.labels ?? []) one.addEventListener("click", () => view.focus(), { signal });

  signal.addEventListener("abort", () => view.destroy());
}
