// The region of messages: shows what a fragment's answer sends along.
//
//   HX-Trigger: {"postern:toast": {"level": "success", "text": "…", "undo": "/…"}}
import { showToast } from "../lib/toasts.js";

export default function toasts(region, signal) {
  document.addEventListener("postern:toast", ({ detail }) => showToast(detail), { signal });
}
