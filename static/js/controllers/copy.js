// Copies a text: its own, or that of another element.
//
//   <button type="button" data-controller="copy" data-copy-text="…">
//   <button type="button" data-controller="copy" data-copy-from="element-id">
import { announce } from "../lib/dom.js";
import { gettext } from "../lib/text.js";

export default function copy(button, signal) {
  function text() {
    const from = button.dataset.copyFrom && document.getElementById(button.dataset.copyFrom);
    return from ? (from.value ?? from.textContent) : button.dataset.copyText;
  }

  function say(done) {
    button.classList.toggle("is-done", done);
    announce(done ? gettext("Copied") : gettext("The browser did not allow copying"));
    window.setTimeout(() => button.classList.remove("is-done"), 1500);
  }

  button.addEventListener(
    "click",
    () => {
      // Without TLS, on another host than localhost, browsers have no clipboard.
      const done = navigator.clipboard?.writeText(text()) ?? Promise.reject(new Error("no clipboard"));
      done.then(() => say(true), () => say(false));
    },
    { signal },
  );
}
