// Takes a file by drop or by its field. A small text file is shown in the text
// field, where it can be looked at and changed; a large one stays a file.
//
//   <div data-controller="dropzone" data-dropzone-limit="34000000">
//     <textarea data-dropzone-text> <input type="file" data-dropzone-file>
//     <p data-dropzone-said role="status"></p>
import { announce } from "../lib/dom.js";
import { filled, gettext } from "../lib/text.js";

const SHOWN_UP_TO = 1_000_000;

const size = (bytes) =>
  bytes < 1000 ? filled(gettext("%(bytes)s bytes"), { bytes }) : bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;

export default function dropzone(zone, signal) {
  const text = zone.querySelector("[data-dropzone-text]");
  const field = zone.querySelector("[data-dropzone-file]");
  const said = zone.querySelector("[data-dropzone-said]");
  const limit = Number(zone.dataset.dropzoneLimit ?? Infinity);

  function say(sentence, problem = false) {
    if (said) said.textContent = sentence;
    else announce(sentence);
    zone.classList.toggle("is-invalid", problem);
  }

  async function take(files) {
    const [file] = files;
    if (!file) return;
    if (files.length > 1) return say(gettext("One file at a time, please."), true);
    if (file.size > limit) {
      field.value = "";
      return say(filled(gettext("%(name)s has %(size)s; at most %(limit)s can be read."), { name: file.name, size: size(file.size), limit: size(limit) }), true);
    }
    if (text && file.size <= SHOWN_UP_TO) {
      const content = new Uint8Array(await file.arrayBuffer());
      try {
        text.value = new TextDecoder("utf-8", { fatal: true }).decode(content);
        field.value = "";
        text.dispatchEvent(new Event("input", { bubbles: true }));
        return say(filled(gettext("%(name)s (%(size)s) is in the text field."), { name: file.name, size: size(file.size) }));
      } catch {
        // Not UTF-8: the server says where and what, so it gets the file as it is.
      }
    }
    return say(filled(gettext("%(name)s (%(size)s) will be uploaded."), { name: file.name, size: size(file.size) }));
  }

  const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");

  for (const type of ["dragenter", "dragover"]) {
    zone.addEventListener(
      type,
      (event) => {
        if (!holdsFiles(event)) return;
        event.preventDefault();
        zone.classList.add("is-over");
      },
      { signal },
    );
  }
  zone.addEventListener("dragleave", (event) => zone.contains(event.relatedTarget) || zone.classList.remove("is-over"), { signal });
  zone.addEventListener(
    "drop",
    (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      zone.classList.remove("is-over");
      field.files = event.dataTransfer.files;
      take([...event.dataTransfer.files]);
    },
    { signal },
  );
  field.addEventListener("change", () => take([...field.files]), { signal });
}
