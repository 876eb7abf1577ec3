// The list of problems under the editor: each leads to its place, and offers its
// fix. It speaks up politely when it changes.
import { forEachDiagnostic, setDiagnosticsEffect } from "@codemirror/lint";
import { EditorView } from "@codemirror/view";
import { filled, gettext, ngettext } from "../lib/text.js";

const make = (tag, properties = {}) => Object.assign(document.createElement(tag), properties);

export function problemList() {
  const box = make("div", { className: "policy-editor__problems" });
  box.setAttribute("role", "status");
  const summary = make("p", { className: "policy-editor__summary" });
  const list = make("ul", { className: "policy-editor__list", hidden: true });
  box.append(summary, list);
  let shown = null;

  function jump(view, from, to) {
    view.dispatch({ selection: { anchor: from, head: to }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
    view.focus();
  }

  function row(view, { problem, from, to }) {
    const item = make("li", { className: `policy-editor__problem policy-editor__problem--${problem.severity}` });
    const line = view.state.doc.lineAt(from);
    const place = filled(gettext("Line %(line)s, column %(column)s"), { line: line.number, column: from - line.from + 1 });
    const go = make("button", { type: "button", className: "policy-editor__jump" });
    go.append(make("span", { className: "policy-editor__place", textContent: place }), make("span", { textContent: `${problem.severity}: ${problem.message}` }));
    go.addEventListener("click", () => jump(view, from, to));
    item.append(go);
    for (const action of view.state.readOnly ? [] : problem.actions) {
      const fix = make("button", { type: "button", className: "btn btn-sm", textContent: action.name });
      fix.addEventListener("click", () => {
        action.apply(view, from, to);
        view.focus();
      });
      item.append(fix);
    }
    return item;
  }

  function show(view) {
    const found = [];
    forEachDiagnostic(view.state, (problem, from, to) => found.push({ problem, from, to }));
    const key = JSON.stringify(found.map(({ problem, from }) => [problem.message, from]));
    if (key === shown) return;
    shown = key;
    summary.textContent = found.length === 0 ? gettext("No problems") : filled(ngettext("%(count)s problem", "%(count)s problems", found.length), { count: found.length });
    box.classList.toggle("policy-editor__problems--some", found.length > 0);
    list.hidden = found.length === 0;
    list.replaceChildren(...found.map((one) => row(view, one)));
    view.contentDOM.setAttribute("aria-invalid", String(found.some(({ problem }) => problem.severity === "error")));
  }

  return {
    box,
    say(sentence) {
      shown = null;
      summary.textContent = sentence;
    },
    extension: EditorView.updateListener.of((update) => {
      const told = update.transactions.some((one) => one.effects.some((effect) => effect.is(setDiagnosticsEffect)));
      if (told) show(update.view);
    }),
  };
}
