// A button that lays out the text as the console does. The text means the same after
// it, comments stay, and one undo takes it back.
import { isolateHistory } from "@codemirror/commands";
import { postJson } from "../lib/http.js";
import { filled, gettext } from "../lib/text.js";

/** What has to be replaced, so that the cursor stays where nothing changes. */
function difference(before, after) {
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) from += 1;
  let same = 0;
  while (same < shorter - from && before.at(-1 - same) === after.at(-1 - same)) same += 1;
  return { from, to: before.length - same, insert: after.slice(from, after.length - same) };
}

/** `run(view)` formats; `bar(view)` makes the button, and what is said beside it. */
export function formatting(url, signal) {
  const said = Object.assign(document.createElement("p"), { className: "policy-editor__said", role: "status" });

  function put(view, before, { text, problems: [problem] }) {
    if (view.state.doc.toString() !== before) return gettext("The text was changed meanwhile. Format it once more.");
    if (problem) return filled(gettext("Not formatted, because line %(line)s can't be read: %(message)s."), { line: problem.line, message: problem.message });
    if (text === before) return gettext("It is formatted already.");
    view.dispatch({ changes: difference(before, text), userEvent: "input.format", annotations: isolateHistory.of("full") });
    return gettext("Formatted. Ctrl+Z in the text takes it back.");
  }

  async function ask(view) {
    const before = view.state.doc.toString();
    said.textContent = "";
    try {
      said.textContent = put(view, before, await postJson(url, { text: before }, signal));
    } catch (error) {
      if (error.name !== "AbortError") said.textContent = gettext("The console did not answer; nothing was changed.");
    }
  }

  function run(view) {
    ask(view);
    return true;
  }

  function bar(view) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm", textContent: gettext("Format") });
    button.addEventListener("click", () => run(view), { signal });
    const box = Object.assign(document.createElement("div"), { className: "policy-editor__bar" });
    box.append(button, said);
    return box;
  }
  return { run, bar };
}
