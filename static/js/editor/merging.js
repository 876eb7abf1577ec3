// Three versions of a text put together, line by line: what both began with, theirs and
// yours. What does not overlap is done; the rest is to be chosen.
import { diff3MergeRegions, diffIndices } from "node-diff3";

export const linesOf = (text) => text.split("\n");
const isSame = (one, other) => one.length === other.length && one.every((line, at) => line === other[at]);

/** Who took lines out of the base, where nothing came in their place. */
function remover(base, theirs, start, length) {
  const isTheirs = diffIndices(base, theirs).some(({ buffer1: [from, count] }) => from <= start && start + length <= from + count);
  return isTheirs ? "theirs" : "own";
}

/**
 * The parts of the merged text, in order:
 *   { kind: "same", lines }               nobody touched these
 *   { kind: "done", by, was, lines }      one did ("own", "theirs"), or "both" alike
 *   { kind: "conflict", base, theirs, own }
 */
export function merge(baseText, theirText, ownText) {
  const [base, theirs, own] = [baseText, theirText, ownText].map(linesOf);
  const parts = [];
  let at = 0;
  let change = null;
  const end = { stable: true, buffer: "o", bufferStart: base.length, bufferContent: [] };
  for (const region of [...diff3MergeRegions(own, base, theirs), end]) {
    if (region.stable && region.buffer !== "o") {
      change = region;
      continue;
    }
    const start = region.stable ? region.bufferStart : region.oStart;
    const was = base.slice(at, start);
    if (change || was.length > 0) {
      const by = change ? { a: "own", b: "theirs" }[change.buffer] : remover(base, theirs, at, was.length);
      parts.push({ kind: "done", by, was, lines: change?.bufferContent ?? [] });
    }
    change = null;
    if (region.stable) {
      if (region.bufferContent.length > 0) parts.push({ kind: "same", lines: region.bufferContent });
      at = start + region.bufferContent.length;
      continue;
    }
    const { aContent, oContent, bContent } = region;
    if (isSame(aContent, bContent)) parts.push({ kind: "done", by: "both", was: oContent, lines: aContent });
    else parts.push({ kind: "conflict", base: oContent, theirs: bContent, own: aContent });
    at = start + oContent.length;
  }
  return parts;
}

/** The lines that a choice stands for. Without one, what was written here stands. */
export function chosen({ base, theirs, own }, choice) {
  return { base, theirs, own, both: [...theirs, ...own] }[choice ?? "own"];
}
