// Problems as the server's own linter finds them, a moment after typing stops.
import { linter } from "@codemirror/lint";
import { postJson } from "../lib/http.js";
import { utf16Offset } from "./position.js";

// With the way to the server and back, problems are to show within 200 ms.
const PAUSE = 100;
const SEVERITIES = ["error", "warning", "info", "hint"];

function fixAction({ label, start, end, insert }, text, from) {
  const [first, last] = [utf16Offset(text, start), utf16Offset(text, end)];
  return {
    name: label,
    apply(view, nowAt) {
      // The problem moves with the text around it, and its fix goes along.
      const moved = nowAt - from;
      view.dispatch({ changes: { from: first + moved, to: last + moved, insert }, userEvent: "input.fix" });
    },
  };
}

/** A problem in the server's terms (lines and columns from 1) as CodeMirror's. */
function diagnostic(problem, doc, text) {
  const line = doc.line(Math.max(1, Math.min(problem.line ?? 1, doc.lines)));
  const from = line.from + utf16Offset(line.text, Math.max(0, (problem.column ?? 1) - 1));
  const wanted = from + utf16Offset(text.slice(from), Math.max(1, problem.length ?? 1));
  return {
    from,
    to: Math.min(wanted, doc.length),
    severity: SEVERITIES.includes(problem.severity) ? problem.severity : "error",
    source: problem.code,
    message: problem.suggestion ? `${problem.message}; ${problem.suggestion}` : problem.message,
    actions: problem.fix ? [fixAction(problem.fix, text, from)] : [],
  };
}

/**
 * `onAnswer(problems)` gets what the server said; null when it could not be asked.
 * Answers about a text that has changed meanwhile are dropped.
 */
export function serverLint(url, onAnswer, signal, language = "ppl") {
  let current = new AbortController();
  signal.addEventListener("abort", () => current.abort());
  return linter(
    async (view) => {
      current.abort();
      current = new AbortController();
      const { doc } = view.state;
      const text = doc.toString();
      try {
        const { problems } = await postJson(url, { text, language }, current.signal);
        if (view.state.doc !== doc) return [];
        onAnswer(problems);
        return problems.map((problem) => diagnostic(problem, doc, text)).sort((a, b) => a.from - b.from);
      } catch (error) {
        if (error.name !== "AbortError") onAnswer(null);
        return [];
      }
    },
    { delay: PAUSE },
  );
}
