// Rego for the editor: its colors, what may be written, and shapes to start from.
import { snippetCompletion } from "@codemirror/autocomplete";
import { StreamLanguage } from "@codemirror/language";
import { getJson } from "../lib/http.js";

const KEYWORDS = /^(?:package|import|as|default|else|not|some|every|in|if|contains|with)\b/;
const ATOMS = /^(?:true|false|null)\b/;
const SPECIAL = /^(?:input|data|allow|deny)\b/;

/** Reads the next token; a raw text in backticks may go over several lines. */
function token(stream, state) {
  if (state.isRaw) {
    state.isRaw = !stream.skipTo("`") || !stream.next();
    if (state.isRaw) stream.skipToEnd();
    return "string";
  }
  if (stream.eatSpace()) return null;
  if (stream.peek() === "#") {
    stream.skipToEnd();
    return "comment";
  }
  if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return "string";
  if (stream.eat("`")) {
    state.isRaw = true;
    return "string";
  }
  if (stream.match(/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/)) return "number";
  if (stream.match(KEYWORDS)) return "keyword";
  if (stream.match(ATOMS)) return "atom";
  if (stream.match(SPECIAL)) return "variableName.special";
  if (stream.match(/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?=\s*\()/)) return "variableName.function";
  if (stream.match(/^[A-Za-z_]\w*/)) return "variableName";
  if (stream.match(/^(?::=|==|!=|<=|>=|[=<>+\-*/%&|])/)) return "operator";
  stream.next();
  return null;
}

export function rego() {
  return StreamLanguage.define({
    name: "rego",
    startState: () => ({ isRaw: false }),
    token,
    languageData: { commentTokens: { line: "#" }, closeBrackets: { brackets: ["(", "[", "{", '"', "`"] } },
  });
}

const SHAPES = [
  ["allow some paths", 'allow := [true, {"${reason}"}] {\n  startswith(input.http.path, "${/public/}")\n}'],
  ["deny with a reason", 'deny := [true, {"${reason}"}] {\n  ${input.http.method == "DELETE"}\n}'],
  ["ask to sign in", 'allow := [false, {"user-unauthenticated"}] {\n  input.session.id == ""\n}'],
  ["only from a network", 'allow {\n  net.cidr_contains("${10.0.0.0/8}", input.http.ip)\n}'],
  ["only a group", 'allow {\n  person := get_databroker_record("pomerium.io/DirectoryUser", input.session.user_id)\n  "${group id}" == object.get(person, "group_ids", [])[_]\n}'],
  ["the session's person", 'person := get_databroker_record("type.googleapis.com/user.User", input.session.user_id)'],
].map(([label, text]) => snippetCompletion(text, { label, type: "text", detail: "shape", boost: -1 }));

/** What is offered depends on what stands before: `input.`, an open quote, a word. */
export function regoCompletions(url) {
  let asked;
  return async (context) => {
    const word = context.matchBefore(/[\w.]*/);
    const before = context.state.doc.lineAt(context.pos);
    const text = before.text.slice(0, context.pos - before.from);
    if (/^[^"]*#/.test(text)) return null;
    asked ??= getJson(`${url}?language=rego`);
    const { inputs, records, builtins } = await asked;
    if (context.aborted) return null;
    const quote = /get_databroker_record\(\s*"([\w./]*)$/.exec(text);
    if (quote) return { from: context.pos - quote[1].length, options: records, validFor: /^[\w./]*$/ };
    if ((text.match(/(?<!\\)"/g) ?? []).length % 2) return null;
    if (!context.explicit && word.from === word.to) return null;
    return { from: word.from, options: [...inputs, ...builtins, ...SHAPES], validFor: /^[\w.]*$/ };
  };
}
