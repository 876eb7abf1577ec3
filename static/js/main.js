// What every page runs: htmx for fragments, and the controllers. Pages work as
// plain links and forms without it.
import htmx from "htmx.org";
import controllers from "controllers";
import { csrfToken } from "./lib/http.js";
import { register, watch } from "./lib/registrar.js";
import { showToast } from "./lib/toasts.js";
import { filled, gettext } from "./lib/text.js";

// base.html sets the same in its htmx-config, which must be there before htmx
// reads it; what is said here holds even for a page that forgets.
Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  selfRequestsOnly: true,
  // Not `style`: an opened popup has its place there, and to copy it into the popup that
  // takes its place is an inline style, which the Content Security Policy refuses.
  attributesToSettle: ["class", "width", "height"],
});

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb !== "get") detail.headers["X-CSRFToken"] = csrfToken();
});
document.addEventListener("htmx:sendError", () => {
  showToast({ level: "error", text: gettext("The console can't be reached. Nothing was changed.") });
});
document.addEventListener("htmx:responseError", ({ detail }) => {
  showToast({ level: "error", text: problemText(detail.xhr) });
});

/** What an answer that is an error says: problem details, or our error page. */
function problemText(answer) {
  const type = answer.getResponseHeader("Content-Type") ?? "";
  try {
    if (type.includes("json")) return JSON.parse(answer.responseText).detail;
  } catch {
    // Not what it says it is; the status will have to do.
  }
  const page = new DOMParser().parseFromString(answer.responseText, "text/html");
  const said = page.querySelector("[data-problem]")?.textContent.trim();
  return said || filled(gettext("The console could not do this (%(status)s). Nothing was changed."), { status: answer.status });
}

// A fragment that was asked for after the session ended comes back as the whole
// sign-in page. It belongs in the window, not in the middle of a page.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.serverResponse?.includes('data-layout="bare"')) return;
  if (event.detail.xhr.status >= 400) return;
  event.detail.shouldSwap = false;
  window.location.reload();
});

// Bundles that come later (the editor's) hand over their controllers this way.
document.addEventListener("postern:register", ({ detail }) => register(detail));

register(controllers);
watch();
