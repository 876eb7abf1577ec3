// Bundles what the console's pages load, into static/dist. Nothing is fetched
// here: packages come from node_modules, everything else from this folder.
//
//   theme.js     sets the theme before the first paint; blocks, so it is tiny
//   app.js       htmx and the controllers that every page may use
//   editor.js    CodeMirror; only pages with an editor load it
//   app.css      the parts of Tabler that the console uses, and its own sheets
//   icons.svg    one symbol per name in img/icons.json
//   mark.svg     the sign of the house
//
// The same sources give the same bytes. `node static/build.mjs [OUTDIR]`.
import { copyFile, mkdir, readdir, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { writeSprite } from "./build/icons.mjs";
import { controllerRegistry, htmxWithoutEval, sheetFolders, trimmedTabler } from "./build/plugins.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const outdir = path.resolve(process.argv[2] ?? path.join(here, "dist"));

// What `light-dark()` and relative colors, both used by Tabler 1.6, ask for.
const target = ["es2022", "chrome123", "firefox128", "safari17.5"];

const shared = {
  absWorkingDir: here,
  outdir,
  target,
  bundle: true,
  minify: true,
  charset: "utf8",
  legalComments: "linked",
  logLevel: "warning",
};

await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });

await Promise.all([
  esbuild.build({
    ...shared,
    entryPoints: { theme: "js/theme-first.js" },
    format: "iife",
  }),
  esbuild.build({
    ...shared,
    entryPoints: { app: "js/main.js", editor: "js/editor/main.js" },
    format: "esm",
    plugins: [controllerRegistry(here), htmxWithoutEval()],
  }),
  esbuild.build({
    ...shared,
    entryPoints: { app: "css/app.css" },
    assetNames: "fonts/[name]",
    loader: { ".woff2": "file", ".woff": "empty" },
    plugins: [trimmedTabler(), sheetFolders(here, ["components", "pages"])],
  }),
  writeSprite(path.join(here, "img", "icons.json"), outdir),
]);

await copyFile(path.join(here, "img", "mark.svg"), path.join(outdir, "mark.svg"));
// The fonts' license asks to travel with them.
const require = createRequire(import.meta.url);
const plex = path.dirname(require.resolve("@fontsource-variable/ibm-plex-sans/package.json"));
await copyFile(path.join(plex, "LICENSE"), path.join(outdir, "fonts", "LICENSE.txt"));

const built = await readdir(outdir);
console.log(`built ${built.sort().join(", ")}`);
