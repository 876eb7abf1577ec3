// Runs before the first paint, so that no page flashes in the wrong theme.
import { applyTheme } from "./lib/theme.js";

document.documentElement.classList.add("js");
applyTheme();
