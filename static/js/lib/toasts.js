// Adds a message to the page's region of messages. The toast controller, which
// connects to it there, gives it its time.
import { fromTemplate } from "./dom.js";

const LEVELS = ["info", "success", "warning", "error"];

/** `level`: info, success, warning or error. `undo`: address that a POST undoes at. */
export function showToast({ level = "info", text, undo = "" }) {
  const region = document.querySelector("[data-toasts]");
  const toast = fromTemplate(`toast-${LEVELS.includes(level) ? level : "info"}`);
  if (!region || !toast || !text) return;
  toast.querySelector("[data-toast-text]").textContent = text;
  const form = toast.querySelector("form");
  if (undo) form.action = undo;
  else form?.remove();
  region.append(toast);
}
