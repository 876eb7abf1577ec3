// What a word means, when the pointer rests on it.
import { hoverTooltip } from "@codemirror/view";
import { placeIn } from "./position.js";
import { criterionOf, MEANINGS, namesById, vocabulary } from "./vocabulary.js";
import { filled, gettext } from "../lib/text.js";

function card({ title, text, example, footer }) {
  const box = Object.assign(document.createElement("div"), { className: "editor-hover" });
  const add = (tag, textContent) => textContent && box.append(Object.assign(document.createElement(tag), { textContent }));
  add("strong", title);
  add("p", text);
  add("pre", example);
  add("p", footer);
  return box;
}

function meaningOf(words, word, { path, isValue }) {
  if (isValue) {
    const name = namesById(words).get(word);
    return name ? { title: name, text: word } : null;
  }
  const known = path.length === 0 ? words.actions : words.operators;
  if (known.includes(word)) return { title: word, text: MEANINGS[word] };
  const criterion = words.operators.includes(path.at(-1)) && criterionOf(words, word);
  if (!criterion) return null;
  const matchers = criterion.matcher_operators;
  return {
    title: criterion.label,
    text: criterion.help,
    example: criterion.example,
    footer: matchers.length > 0 ? filled(gettext("Compares with: %(matchers)s"), { matchers: matchers.join(", ") }) : "",
  };
}

export function hover(url) {
  return hoverTooltip(async (view, pos) => {
    const line = view.state.doc.lineAt(pos);
    const column = pos - line.from;
    const isPart = (character) => character !== undefined && /[^\s:,"'[\]{}#]/.test(character);
    let [start, end] = [column, column];
    while (isPart(line.text[start - 1])) start -= 1;
    while (isPart(line.text[end])) end += 1;
    if (start === end) return null;
    const words = await vocabulary(url);
    const lines = view.state.doc.toString().split("\n");
    const meaning = meaningOf(words, line.text.slice(start, end), placeIn(lines, line.number - 1, start));
    if (!meaning) return null;
    return { pos: line.from + start, end: line.from + end, above: true, create: () => ({ dom: card(meaning) }) };
  });
}
