// Completion by where the cursor is: actions, operators, criteria, matchers, and
// as values the groups and people by name (their ids are what is written).
import { startCompletion } from "@codemirror/autocomplete";
import { placeIn } from "./position.js";
import { ACTION_WORDS, criterionOf, OPERATOR_WORDS, valuesOf, vocabulary } from "./vocabulary.js";

const spaces = (count) => " ".repeat(count);

/** Writes `text` over the word, and what is needed after it; then offers what may follow. */
function writes(text) {
  return (view, _completion, from, to) => {
    const line = view.state.doc.lineAt(to);
    const hasColon = /^\s*:/.test(line.text.slice(to - line.from));
    const insert = hasColon ? text.trimEnd().split(":")[0] : text;
    view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + insert.length }, userEvent: "input.complete" });
    if (!hasColon) window.setTimeout(() => startCompletion(view));
  };
}

function about(criterion) {
  return () => {
    const box = document.createElement("div");
    const add = (tag, textContent) => box.append(Object.assign(document.createElement(tag), { textContent }));
    add("strong", criterion.label);
    if (criterion.help) add("p", criterion.help);
    if (criterion.example) add("pre", criterion.example);
    return box;
  };
}

function actionOptions(words, column) {
  return words.actions.map((label) => ({ label, detail: ACTION_WORDS[label], apply: writes(`${label}:\n${spaces(column + 2)}`) }));
}

function operatorOptions(words, column) {
  return words.operators.map((label) => ({ label, detail: OPERATOR_WORDS[label], apply: writes(`${label}:\n${spaces(column + 2)}- `) }));
}

function criterionOptions(words, { column, dashed }) {
  const dash = dashed ? "" : "- ";
  const below = spaces(column + dash.length + 2);
  return words.criteria.map((criterion) => {
    const [first] = criterion.matcher_operators ?? [];
    const text = first ? `${dash}${criterion.name}:\n${below}${first}: ` : `${dash}${criterion.name}: `;
    return { label: criterion.name, detail: criterion.label, info: about(criterion), apply: writes(text) };
  });
}

function matcherOptions(criterion) {
  return (criterion.matcher_operators ?? []).map((label) => ({ label, apply: writes(`${label}: `) }));
}

function valueOptions(words, criterion) {
  return valuesOf(words, criterion).map(({ value, name }) => ({
    label: name || value,
    detail: name ? value : "",
    apply: /^[\w.@/-]+$/.test(value) ? value : JSON.stringify(value),
  }));
}

/** What may stand at a place, by the last key above it that means something. */
function optionsAt(words, { path, isValue, line }, column) {
  const start = { column: line.isBlank ? column : line.column, dashed: line.dashed };
  const last = path.at(-1);
  const criterion = [...path].reverse().map((key) => criterionOf(words, key)).find(Boolean);
  if (isValue) return criterion ? valueOptions(words, criterion) : [];
  if (last === undefined) return actionOptions(words, start.column);
  if (words.actions.includes(last)) return operatorOptions(words, start.column);
  if (words.operators.includes(last)) return criterionOptions(words, start);
  // Below a matcher (`in:`) come values, below a criterion its matchers.
  if (criterion && criterionOf(words, last) === criterion) return matcherOptions(criterion);
  return criterion ? valueOptions(words, criterion) : [];
}

export function completions(url) {
  return async (context) => {
    const { doc } = context.state;
    const line = doc.lineAt(context.pos);
    const column = context.pos - line.from;
    const word = context.matchBefore(/[^\s:,"'[\]{}-][^\s:,"'[\]{}]*/);
    if (/(^|\s)#/.test(line.text.slice(0, column))) return null;
    if (!word && !context.explicit && !/[:-] $/.test(line.text.slice(0, column))) return null;
    const words = await vocabulary(url);
    const lines = doc.toString().split("\n");
    const options = optionsAt(words, placeIn(lines, line.number - 1, column), column);
    if (context.aborted || options.length === 0) return null;
    return { from: word?.from ?? context.pos, options, validFor: /^[^:\n]*$/ };
  };
}
