// Prints what position.js makes of each place that is asked for on standard input:
// [{text: "…|…"}], with a bar where the cursor is.
import { readFileSync } from "node:fs";
import { placeIn, utf16Offset } from "../../static/js/editor/position.js";

const asked = JSON.parse(readFileSync(0, "utf8"));
const answers = asked.map(({ text, points }) => {
  if (points !== undefined) return utf16Offset(text, points);
  const lines = text.split("\n");
  const number = lines.findIndex((line) => line.includes("|"));
  const column = lines[number].indexOf("|");
  lines[number] = lines[number].replace("|", "");
  const { path, isValue } = placeIn(lines, number, column);
  return { path, isValue };
});
process.stdout.write(JSON.stringify(answers));
