// The sprite: one <symbol> per name in icons.json, drawn by Tabler's icons.
// Names say what an icon means here ("policy"), not what it looks like.
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(import.meta.url);

/** The drawing inside one icon file, without its frame and its empty square. */
function drawing(svg) {
  return svg
    .replace(/^[\s\S]*?<svg[^>]*>/, "")
    .replace(/<\/svg>\s*$/, "")
    .replace(/<path stroke="none" d="M0 0h24v24H0z"[^>]*\/>/, "")
    .replace(/\s*\n\s*/g, "");
}

async function symbol([name, drawnAs]) {
  let svg;
  try {
    svg = await readFile(require.resolve(`@tabler/icons/outline/${drawnAs}.svg`), "utf8");
  } catch {
    throw new Error(`img/icons.json: "${name}" asks for "${drawnAs}", which Tabler has no outline icon for`);
  }
  return `<symbol id="${name}" viewBox="0 0 24 24">${drawing(svg)}</symbol>`;
}

export async function writeSprite(namesFile, outdir) {
  const names = Object.entries(JSON.parse(await readFile(namesFile, "utf8")));
  const symbols = await Promise.all(names.map(symbol));
  const sprite = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
  await writeFile(path.join(outdir, "icons.svg"), sprite);
}
