// Leaves rules out of a style sheet by the class names in their selectors. It
// knows comments, strings, brackets and nested blocks: enough for CSS that a
// compiler wrote.

/** Index just after the string or comment that starts at `i`, or `i`. */
function skipQuoted(css, i) {
  if (css.startsWith("/*", i)) return css.indexOf("*/", i) + 2;
  if (css[i] !== '"' && css[i] !== "'") return i;
  let end = i + 1;
  while (css[end] !== css[i]) end += css[end] === "\\" ? 2 : 1;
  return end + 1;
}

/** Index of the first of `stops` at or after `i` outside strings and comments. */
function find(css, i, stops) {
  while (i < css.length && !stops.includes(css[i])) {
    const after = skipQuoted(css, i);
    i = after > i ? after : i + 1;
  }
  return i;
}

/** Index of the brace that closes the block opened just before `i`. */
function blockEnd(css, i) {
  for (let depth = 1; ; i += 1) {
    i = find(css, i, "{}");
    if (i >= css.length) throw new Error("unbalanced braces");
    depth += css[i] === "{" ? 1 : -1;
    if (depth === 0) return i;
  }
}

/** Selectors of a list, split at the commas outside brackets. */
function selectorsOf(prelude) {
  const parts = [""];
  let depth = 0;
  for (const char of prelude) {
    if ("([".includes(char)) depth += 1;
    if (")]".includes(char)) depth -= 1;
    if (char === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += char;
  }
  return parts;
}

function usesDropped(selector, dropped) {
  // What :not() and :where() name is not what the rule is for.
  const subject = selector.replace(/:(not|where|is|has)\([^()]*(\([^()]*\)[^()]*)*\)/g, "");
  const classes = [...subject.matchAll(/\.(-?[_a-zA-Z][\w-]*)/g)].map((match) => match[1]);
  return classes.some((name) => dropped.test(name)) || /\[data-(vc|bs-sidebar|bs-layout)/.test(subject);
}

/** `css` without the rules all of whose selectors name a class like `dropped`. */
export function dropRules(css, dropped) {
  let kept = "";
  let i = 0;
  while (i < css.length) {
    const start = find(css, i, "{;");
    if (start >= css.length) return kept + css.slice(i);
    const prelude = css.slice(i, start).replace(/\/\*(?!!)[\s\S]*?\*\//g, "").trim();
    if (css[start] === ";") {
      kept += `${prelude};`;
      i = start + 1;
      continue;
    }
    const end = blockEnd(css, start + 1);
    const body = css.slice(start + 1, end);
    i = end + 1;
    if (/^@(media|supports|layer|container)/.test(prelude)) {
      const inner = dropRules(body, dropped);
      if (inner.trim()) kept += `${prelude}{${inner}}`;
    } else if (prelude.startsWith("@")) {
      kept += `${prelude}{${body}}`;
    } else {
      const selectors = selectorsOf(prelude).filter((one) => !usesDropped(one, dropped));
      if (selectors.length > 0) kept += `${selectors.join(",")}{${body}}`;
    }
  }
  return kept;
}
