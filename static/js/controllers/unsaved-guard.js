// Keeps a form's unsaved changes from being lost by a slip: on leaving the page,
// on following a link, and on an htmx request that would replace the form.
//
//   <form data-controller="unsaved-guard" [data-unsaved-dirty]>
//     <span data-unsaved-mark hidden>Unsaved changes</span>
// `data-unsaved-dirty` says that what the form shows is already unsaved (a form
// that came back with errors).
export default function unsavedGuard(form, signal) {
  const snapshot = () =>
    JSON.stringify(
      [...new FormData(form)]
        .filter(([name]) => name !== "csrfmiddlewaretoken")
        .map(([name, value]) => [name, value instanceof File ? value.name : value]),
    );
  const original = form.hasAttribute("data-unsaved-dirty") ? null : snapshot();
  let submitting = false;
  let leaving = false;

  const dirty = () => !submitting && !leaving && snapshot() !== original;

  function show() {
    const changed = dirty();
    for (const mark of form.querySelectorAll("[data-unsaved-mark]")) mark.hidden = !changed;
    form.classList.toggle("is-dirty", changed);
  }

  /** Ask before `go`; the dialog is part of the layout. */
  function ask(go) {
    const dialog = document.getElementById("unsaved-dialog");
    if (!dialog) return go();
    const asked = new AbortController();
    const leave = () => {
      leaving = true;
      go();
    };
    dialog.querySelector("[data-unsaved-leave]").addEventListener("click", leave, { signal: asked.signal });
    dialog.addEventListener("close", () => asked.abort(), { once: true });
    return dialog.showModal();
  }

  form.addEventListener("submit", (event) => (submitting = !event.defaultPrevented), { signal });
  form.addEventListener("input", show, { signal });
  form.addEventListener("change", show, { signal });
  form.addEventListener("reset", () => window.setTimeout(show), { signal });
  form.addEventListener("htmx:afterRequest", () => (submitting = false), { signal });
  window.addEventListener("pageshow", () => (submitting = leaving = false), { signal });

  window.addEventListener("beforeunload", (event) => dirty() && event.preventDefault(), { signal });
  document.addEventListener(
    "click",
    (event) => {
      const link = event.target.closest("a[href]");
      const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
      if (!link || elsewhere || link.target || link.download || link.origin !== location.origin) return;
      if (event.defaultPrevented || link.getAttribute("href").startsWith("#") || !dirty()) return;
      event.preventDefault();
      ask(() => window.location.assign(link.href));
    },
    { signal },
  );
  document.addEventListener(
    "htmx:confirm",
    (event) => {
      const target = event.detail.target;
      const replaces = target instanceof Element && target.contains(form);
      if (!replaces || form.contains(event.detail.elt) || form === event.detail.elt || !dirty()) return;
      event.preventDefault();
      ask(() => event.detail.issueRequest(true));
    },
    { signal },
  );
  show();
}
