// A message that goes away by itself, unless it is a problem, or somebody is
// reading it: pointer or focus on it stops the clock.
//
//   <div class="toast" data-controller="toast" data-toast-seconds="6">
//     … <button type="button" data-toast-close>
//   </div>                                    (0 seconds: stays until closed)
export default function toast(element, signal) {
  const seconds = Number(element.dataset.toastSeconds ?? 6);
  let timer;

  const stop = () => window.clearTimeout(timer);
  const start = () => {
    stop();
    if (seconds > 0) timer = window.setTimeout(() => element.remove(), seconds * 1000);
  };

  element.querySelector("[data-toast-close]")?.addEventListener("click", () => element.remove(), { signal });
  for (const type of ["pointerenter", "focusin"]) element.addEventListener(type, stop, { signal });
  for (const type of ["pointerleave", "focusout"]) element.addEventListener(type, start, { signal });
  signal.addEventListener("abort", stop);
  start();
}
