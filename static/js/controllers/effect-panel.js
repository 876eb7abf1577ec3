// What a draft would do, asked for anew whenever the text or the request that is tried
// changes. Only the newest question counts; while a text has problems, the server sends
// a state alone, and the answer to the last text without stays.
//
//   <section data-controller="effect-panel" data-url="…" data-source="id_source"
//            data-forms="policy-form try-form">
//     <div data-effect="state" role="status"></div> <div data-effect="answer"></div>
//   </section>
// Each part of the answer names with data-effect-to the id of the element that it fills.
import htmx from "htmx.org";
import { debounce } from "../lib/dom.js";
import { postForHtml } from "../lib/http.js";
import { gettext } from "../lib/text.js";

const PAUSE = 400;

export default function effectPanel(element, signal) {
  const source = document.getElementById(element.dataset.source);
  const forms = element.dataset.forms.split(" ").map((id) => document.getElementById(id)).filter(Boolean);
  let asking = new AbortController();
  let last = "";

  function question() {
    const body = new URLSearchParams();
    for (const form of forms) for (const [name, value] of new FormData(form)) body.set(name, String(value));
    return body;
  }

  function fill(found) {
    for (const part of found.querySelectorAll("[data-effect-to]")) {
      const place = document.getElementById(part.dataset.effectTo);
      if (!place) continue;
      place.replaceChildren(...part.childNodes);
      htmx.process(place);
    }
  }

  async function ask({ always = false } = {}) {
    const body = question();
    if (!always && body.toString() === last) return;
    last = body.toString();
    asking.abort();
    asking = new AbortController();
    const mine = asking.signal;
    element.setAttribute("aria-busy", "true");
    try {
      const found = await postForHtml(element.dataset.url, body, AbortSignal.any([mine, signal]));
      if (!mine.aborted) fill(found);
    } catch (error) {
      if (error.name === "AbortError") return;
      last = "";
      element.querySelector("[data-effect='state']").textContent = gettext("The console did not answer, so the effect is not known.");
    }
    element.setAttribute("aria-busy", "false");
  }

  const later = debounce(() => element.isConnected && ask(), PAUSE);
  source.addEventListener("input", later, { signal });
  for (const form of forms) form.addEventListener("change", later, { signal });
  document.addEventListener("examples-changed", () => ask({ always: true }), { signal });
  ask();
}
