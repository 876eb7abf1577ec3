// Completion by where the cursor is: actions, operators, criteria, matchers, and
// as values the groups and people by name (their ids are what is written).
import { startCompletion } from "@codemirror/autocomplete";
import { setKnownNames } from "./marks.js";
import { placeIn } from "./position.js";
import { criterionOf, holdsAllNames, MEANINGS, namesById, valuesOf, vocabulary } from "./vocabulary.js";

const spaces = (count) => " ".repeat(count);

/** Writes `text` over the word, and what is needed after it; then offers what may follow. */
function writes(text) {
  return (view, _completion, from, to) => {
    const line = view.state.doc.lineAt(to);
    const hasColon = /^\s*:/.test(line.text.slice(to - line.from));
    const insert = hasColon ? text.trimEnd().split(":")[0] : text;
    view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + insert.length }, userEvent: "input.complete" });
    if (!hasColon && /\s$/.test(text)) window.setTimeout(() => startCompletion(view));
  };
}

function about({ label, help, example }) {
  return () => {
    const box = document.createElement("div");
    const add = (tag, textContent) => textContent && box.append(Object.assign(document.createElement(tag), { textContent }));
    add("strong", label);
    add("p", help);
    add("pre", example);
    return box;
  };
}

function wordOptions(words, column, after) {
  return words.map((name) => ({ label: name, detail: MEANINGS[name], apply: writes(`${name}:\n${spaces(column + 2)}${after}`) }));
}

function criterionText({ name, matcher, matcher_operators: operators, takes_sub_path: takesPath }, column, dash) {
  if (takesPath) return `${dash}${name.split("/")[0]}/`;
  if (matcher === "ignored") return `${dash}${name}: true`;
  if (operators.length > 0) return `${dash}${name}:\n${spaces(column + dash.length + 2)}${operators[0]}: `;
  return `${dash}${name}: `;
}

function criterionOptions(words, { column, dashed }) {
  return words.criteria.map((criterion) => ({
    label: criterion.name,
    detail: criterion.label,
    info: about(criterion),
    apply: writes(criterionText(criterion, column, dashed ? "" : "- ")),
  }));
}

function matcherOptions(criterion) {
  return criterion.matcher_operators.map((label) => ({ label, apply: writes(`${label}: `) }));
}

function valueOptions(words, criterion, key) {
  return valuesOf(words, criterion, key).map(({ value, name }) => ({
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
  if (isValue) return criterion ? valueOptions(words, criterion, last) : [];
  if (last === undefined) return wordOptions(words.actions, start.column, "");
  if (words.actions.includes(last)) return wordOptions(words.operators, start.column, "- ");
  if (words.operators.includes(last)) return criterionOptions(words, start);
  // Below a matcher (`in:`) come values, below a criterion its matchers.
  if (criterion && criterionOf(words, last) === criterion) return matcherOptions(criterion);
  return criterion ? valueOptions(words, criterion, last) : [];
}

export function completions(url) {
  return async (context) => {
    const { doc } = context.state;
    const line = doc.lineAt(context.pos);
    const column = context.pos - line.from;
    const word = context.matchBefore(/[^\s:,"'[\]{}-][^\s:,"'[\]{}]*/);
    if (/(^|\s)#/.test(line.text.slice(0, column))) return null;
    if (!word && !context.explicit && !/[:-] $/.test(line.text.slice(0, column))) return null;
    const all = await vocabulary(url);
    const typed = holdsAllNames(all) ? "" : (word?.text ?? "");
    const words = typed ? await vocabulary(url, typed) : all;
    const options = optionsAt(words, placeIn(doc.toString().split("\n"), line.number - 1, column), column);
    if (context.aborted || options.length === 0) return null;
    context.view?.dispatch({ effects: setKnownNames.of(namesById(words)) });
    return { from: word?.from ?? context.pos, options, validFor: typed ? undefined : /^[^:\n]*$/ };
  };
}
