// A moment as the policy's text has it, with a clock and a calendar in the person's zone.
//
//   <div data-controller="moment-field">
//     <input type="text" data-moment-text> <input type="datetime-local" data-moment-picker>
//     <p data-moment-said></p>
//   </div>
import { ownZone } from "./builder-data.js";
import { filled, gettext } from "../lib/text.js";

const WITH_ZONE = /(?:Z|[+-]\d\d:?\d\d)$/i;
const two = (number) => String(number).padStart(2, "0");

/** As the picker takes it: the person's own clock, without a zone. */
function onClock(moment) {
  const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  return `${day}T${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

export default function momentField(element, signal) {
  const [text, picker, said] = ["text", "picker", "said"].map((name) => element.querySelector(`[data-moment-${name}]`));

  function show() {
    const moment = WITH_ZONE.test(text.value.trim()) ? new Date(text.value.trim()) : null;
    const isKnown = moment !== null && !Number.isNaN(moment.getTime());
    picker.value = isKnown ? onClock(moment) : "";
    const words = isKnown && new Intl.DateTimeFormat(document.documentElement.lang || "en", { dateStyle: "medium", timeStyle: "short" }).format(moment);
    said.textContent = words ? filled(gettext("%(moment)s in %(zone)s"), { moment: words, zone: ownZone() }) : filled(gettext("In %(zone)s, as your clock shows it."), { zone: ownZone() });
  }

  // Runs before the builder hears of the change, which reads the text.
  picker.addEventListener(
    "change",
    () => {
      const moment = new Date(picker.value);
      if (Number.isNaN(moment.getTime())) return;
      text.value = moment.toISOString().replace(".000Z", "Z");
      show();
    },
    { signal },
  );
  text.addEventListener("input", show, { signal });
  show();
}
