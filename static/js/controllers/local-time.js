// Shows a moment in the person's own zone and language. The server writes UTC.
//
//   <time datetime="2026-11-20T10:00:00Z" data-controller="local-time"
//         data-time-style="full | date | relative">20 Nov 2026, 10:00 UTC</time>
const FULL = { dateStyle: "medium", timeStyle: "short" };
const STEPS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
const language = document.documentElement.lang || "en";

function relative(moment) {
  const seconds = (moment.getTime() - Date.now()) / 1000;
  const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return words.format(Math.trunc(seconds / length), unit);
  }
  return "just now";
}

export default function localTime(element, signal) {
  const moment = new Date(element.dateTime);
  if (Number.isNaN(moment.getTime())) return;
  const style = element.dataset.timeStyle ?? "full";
  const full = new Intl.DateTimeFormat(language, { ...FULL, timeStyle: "long" }).format(moment);

  function show() {
    if (style === "relative") element.textContent = relative(moment);
    else if (style === "date") element.textContent = new Intl.DateTimeFormat(language, { dateStyle: "medium" }).format(moment);
    else element.textContent = new Intl.DateTimeFormat(language, FULL).format(moment);
  }

  element.title = full;
  show();
  if (style === "relative") {
    const timer = window.setInterval(show, 60_000);
    signal.addEventListener("abort", () => window.clearInterval(timer));
  }
}
