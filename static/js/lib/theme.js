// Which theme is in force. "system" is kept as the absence of a choice.
const KEY = "postern-theme";
const dark = window.matchMedia("(prefers-color-scheme: dark)");

export const CHOICES = ["system", "light", "dark"];

export function chosenTheme() {
  try {
    const kept = localStorage.getItem(KEY);
    return CHOICES.includes(kept) ? kept : "system";
  } catch {
    return "system"; // storage is forbidden: follow the system
  }
}

export function chooseTheme(choice) {
  try {
    if (choice === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {
    // Without storage the choice holds for this page only.
  }
  applyTheme(choice);
}

export function applyTheme(choice = chosenTheme()) {
  const theme = choice === "system" ? (dark.matches ? "dark" : "light") : choice;
  document.documentElement.dataset.bsTheme = theme;
}

/** Calls back when the system's theme or another tab's choice changes. */
export function onThemeChange(callback, signal) {
  dark.addEventListener("change", callback, { signal });
  window.addEventListener("storage", (event) => event.key === KEY && callback(), { signal });
}
