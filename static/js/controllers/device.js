// Enrolls a device, or proves to have one, and goes on when it worked.
//
//   <form data-controller="device" data-device-kind="create" data-device-begin="…"
//         data-device-finish="…" data-device-done="…" data-device-link="…">
//     name=label, name=type; [data-device-start]; [data-device-said]
//   data-device-kind="get" proves; its element may be any.
import { csrfToken } from "../lib/http.js";
import { createKey, useKey } from "../lib/webauthn.js";
import { filled, gettext } from "../lib/text.js";

const SAID = {
  NotAllowedError: gettext("The device did not answer, or you cancelled. Nothing was done."),
  InvalidStateError: gettext("This device is enrolled already."),
  NotSupportedError: gettext("This device can't do what the type asks for."),
  SecurityError: gettext("The browser does not allow this at this address."),
};

export default function device(element, signal) {
  const { deviceKind, deviceBegin, deviceFinish, deviceDone, deviceLink } = element.dataset;
  const said = element.querySelector("[data-device-said]");
  const start = element.querySelector("[data-device-start]");
  const isCreating = deviceKind === "create";

  function say(text, isError = false) {
    said.textContent = text;
    said.classList.toggle("device-said--error", isError);
  }

  async function ask(url, data) {
    const answer = await fetch(url, {
      method: "POST",
      credentials: "same-origin",
      headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify(data),
      signal,
    });
    const found = await answer.json();
    if (!answer.ok) throw new Error(found.detail ?? filled(gettext("The console answered %(status)s."), { status: answer.status }));
    return found;
  }

  function beginning() {
    if (!isCreating) return {};
    return deviceLink ? { link: deviceLink } : { type: element.elements.type.value };
  }

  async function run() {
    start.disabled = true;
    say(gettext("Follow what your browser and your device ask for."));
    try {
      if (!window.PublicKeyCredential) throw new Error(gettext("This browser can't enroll devices."));
      const { options } = await ask(deviceBegin, beginning());
      const credential = await (isCreating ? createKey : useKey)(options, signal);
      const label = isCreating ? { label: element.elements.label.value } : {};
      await ask(deviceFinish, { credential, ...label });
      say("Done.");
      window.location.assign(deviceDone);
    } catch (error) {
      const text = SAID[error.name] ?? error.message;
      say(text.charAt(0).toUpperCase() + text.slice(1), true);
      start.disabled = false;
    }
  }

  element.addEventListener(
    isCreating ? "submit" : "click",
    (event) => {
      if (!isCreating && !event.target.closest("[data-device-start]")) return;
      event.preventDefault();
      run();
    },
    { signal },
  );
}
