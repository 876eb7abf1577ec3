// esbuild plugins of this build: what is left out of third-party packages, and
// which of our files are picked up by being in the right folder.
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { dropRules } from "./trim.mjs";

/**
 * Parts of Tabler that the console has no use for: frames and widgets that need
 * Bootstrap's JavaScript (ours are native elements), and decoration.
 */
const UNUSED =
  /^(accordion|animated|avatar-(upload|brand|cover)|bg-(gradient|pattern)|bs-(popover|tooltip)|btn-(animate|tabler)|calendar|card-(cover|gradient|stamp|stacked|rotate)|carousel|chart|chat|collaps|form-(colorinput|floating|imagecheck|range)|g-(col|start)|grid|hide-theme|img|legend|link-opacity|link-underline|mention|modal|nav-vertical|navbar|object-fit|offcanvas|otp|page-cover|popover|ratio|ribbon|signal|sortable|sparkline|strength|switch-icon|table-mobile|tabulator|toast|tooltip|vr|was-validated)(-|$)|^(col|offset|order|row|m[xytbse]?|p[xytbse]?|g[xy]?|gap|flex|align|justify|float|d|text|rounded|object|column|container)-xxl(-|$)/;

/** Tabler's sheet without UNUSED, which is two fifths of it. */
export function trimmedTabler() {
  return {
    name: "trimmed-tabler",
    setup(build) {
      build.onLoad({ filter: /tabler\.css$/ }, async ({ path: file }) => {
        const css = await readFile(file, "utf8");
        return { contents: dropRules(css, UNUSED), loader: "css" };
      });
    },
  };
}

/** `@import "pages"` stands for every sheet in css/pages, in order of name. */
export function sheetFolders(root, folders) {
  return {
    name: "sheet-folders",
    setup(build) {
      const filter = new RegExp(`^(${folders.join("|")})$`);
      build.onResolve({ filter }, ({ path: folder }) => ({ path: folder, namespace: "sheets" }));
      build.onLoad({ filter: /.*/, namespace: "sheets" }, async ({ path: folder }) => {
        const names = await namesIn(path.join(root, "css", folder), ".css");
        const contents = names.map((name) => `@import "./css/${folder}/${name}.css";`).join("\n");
        return { contents, loader: "css", resolveDir: root };
      });
    },
  };
}

/**
 * `import controllers from "controllers"` is an object of every module in
 * js/controllers by file name, so that adding a controller is adding a file.
 */
export function controllerRegistry(root) {
  return {
    name: "controller-registry",
    setup(build) {
      build.onResolve({ filter: /^controllers$/ }, () => ({ path: "all", namespace: "controllers" }));
      build.onLoad({ filter: /.*/, namespace: "controllers" }, async () => {
        const names = await namesIn(path.join(root, "js", "controllers"), ".js");
        const imports = names.map((name, i) => `import c${i} from "./js/controllers/${name}.js";`);
        const entries = names.map((name, i) => `${JSON.stringify(name)}: c${i}`);
        const contents = `${imports.join("\n")}\nexport default {${entries.join(", ")}};`;
        return { contents, loader: "js", resolveDir: root };
      });
    },
  };
}

/**
 * htmx compiles text in five places, all behind `allowEval`, which is off here
 * and which the Content-Security-Policy forbids. Without them the shipped code
 * holds no way from text to code. A new version must be looked at afresh.
 */
export function htmxWithoutEval() {
  const places = [
    "return Function(conditionalSource)()",
    "func = new Function('event', code)",
    "return Function('event', 'return (' + str + ')').call(elt, event)",
    "return Function('return (' + str + ')').call(elt)",
    "return eval(str)",
  ];
  return {
    name: "htmx-without-eval",
    setup(build) {
      build.onLoad({ filter: /htmx\.esm\.js$/ }, async ({ path: file }) => {
        let contents = await readFile(file, "utf8");
        for (const place of places) {
          if (contents.split(place).length !== 2) throw new Error(`htmx has changed: ${place}`);
          contents = contents.replace(place, "throw new Error('text is not compiled here')");
        }
        return { contents, loader: "js" };
      });
    },
  };
}

async function namesIn(folder, extension) {
  const files = await readdir(folder).catch(() => []);
  return files.filter((file) => file.endsWith(extension)).map((file) => path.basename(file, extension)).sort();
}
