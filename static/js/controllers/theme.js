// A button that goes through system, light and dark. Shows the icon of the choice.
//
//   <button data-controller="theme" type="button">
//     <span data-theme-choice="system">…</span> <span data-theme-choice="light">…</span> …
//   </button>
import { applyTheme, CHOICES, chooseTheme, chosenTheme, onThemeChange } from "../lib/theme.js";
import { filled, gettext } from "../lib/text.js";

export default function theme(button, signal) {
  function show() {
    const choice = chosenTheme();
    for (const part of button.querySelectorAll("[data-theme-choice]")) {
      part.hidden = part.dataset.themeChoice !== choice;
    }
    const next = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length];
    button.setAttribute("aria-label", filled(gettext("Theme: %(choice)s. Change to %(next)s"), { choice, next }));
    button.title = filled(gettext("Theme: %(choice)s"), { choice });
  }

  button.addEventListener(
    "click",
    () => {
      chooseTheme(CHOICES[(CHOICES.indexOf(chosenTheme()) + 1) % CHOICES.length]);
      show();
    },
    { signal },
  );
  onThemeChange(() => {
    applyTheme();
    show();
  }, signal);
  show();
}
