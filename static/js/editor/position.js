// Where in a policy a place is, told by indentation alone, so that it also works
// in a text that is not (yet) right.
//
//   allow:                 []                     an action's place
//     or:                  [allow]                an operator's
//       - domain:          [allow, or]            a criterion's
//           is: x          [allow, or, domain]    a matcher's; after "is:" its value's

const KEY = /^(\s*(?:- +)*)(?:(["']?)([^\s"':#][^"':#]*?)\2\s*:(?=\s|$))?/;

/** Column of a line's key behind its dashes; its key, if it has one; what follows. */
export function readLine(text) {
  const match = KEY.exec(text);
  const key = match[3] ?? null;
  return {
    column: match[1].length,
    indent: text.length - text.trimStart().length,
    dashed: match[1].includes("-"),
    key,
    rest: key === null ? text.slice(match[1].length) : text.slice(match[0].length),
    isBlank: /^\s*(#.*)?$/.test(text),
  };
}

/**
 * Keys above the place, from the outermost, and what the place itself is for.
 * `lines` are the document's, `number` the place's index in them, `column` where
 * in its line. Gives { path, isValue, line }.
 */
export function placeIn(lines, number, column) {
  const here = readLine(lines[number]);
  const before = readLine(lines[number].slice(0, column));
  const isValue = before.key !== null;
  const path = isValue ? [here.key] : [];
  let limit = here.isBlank ? column : here.column;
  // A dash at the column of its parent's key is still below it.
  let dashAt = here.dashed ? here.indent : null;
  for (let at = number - 1; at >= 0 && (limit > 0 || dashAt !== null); at -= 1) {
    const line = readLine(lines[at]);
    if (line.isBlank || line.key === null) continue;
    const isParent = line.column < limit || (dashAt !== null && line.column <= dashAt && !line.dashed);
    if (!isParent) continue;
    path.unshift(line.key);
    limit = line.column;
    dashAt = line.dashed ? line.indent : null;
  }
  return { path, isValue, line: here };
}

/** UTF-16 offset of the code point with this number: servers count code points. */
export function utf16Offset(text, codePoints) {
  if (!/[\ud800-\udfff]/.test(text)) return Math.min(codePoints, text.length);
  let offset = 0;
  for (const character of text) {
    if (codePoints-- <= 0) break;
    offset += character.length;
  }
  return offset;
}
