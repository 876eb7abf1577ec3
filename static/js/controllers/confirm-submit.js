// A form that must not be sent by a slip, nor twice.
//
//   <form data-controller="confirm-submit"
//         [data-confirm-phrase="Engineering"]   the submit button waits for it in
//                                               <input data-confirm-typed>
//         [data-confirm="Remove Ben's role?"]>  asked in the layout's dialog
// A button's own data-confirm wins over the form's.
import { gettext } from "../lib/text.js";

export default function confirmSubmit(form, signal) {
  const phrase = form.dataset.confirmPhrase;
  const typed = form.querySelector("[data-confirm-typed]");
  let confirmed = null;
  let sent = false;

  function check() {
    const ready = typed.value.trim() === phrase;
    for (const button of form.querySelectorAll("[type=submit]")) button.disabled = !ready;
  }

  function ask(question, button) {
    const dialog = document.getElementById("confirm-dialog");
    dialog.querySelector("[data-confirm-question]").textContent = question;
    const yes = dialog.querySelector("[data-confirm-yes]");
    yes.textContent = button?.textContent.trim() || gettext("Continue");
    const asked = new AbortController();
    yes.addEventListener(
      "click",
      () => {
        confirmed = button ?? form;
        form.requestSubmit(button);
      },
      { signal: asked.signal },
    );
    dialog.addEventListener("close", () => asked.abort(), { once: true });
    dialog.showModal();
  }

  if (phrase && typed) {
    typed.addEventListener("input", check, { signal });
    window.addEventListener("pageshow", check, { signal });
    check();
  }
  form.addEventListener(
    "submit",
    (event) => {
      const button = event.submitter;
      const question = button?.dataset.confirm ?? form.dataset.confirm;
      const asks = question && confirmed !== (button ?? form) && document.getElementById("confirm-dialog");
      confirmed = null;
      if (!asks && !sent) {
        sent = !form.matches("[hx-post], [hx-put], [hx-delete]");
        form.setAttribute("aria-busy", String(sent));
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      if (asks) ask(question, button);
    },
    { signal, capture: true },
  );
  window.addEventListener(
    "pageshow",
    () => {
      sent = false;
      form.removeAttribute("aria-busy");
    },
    { signal },
  );
}
