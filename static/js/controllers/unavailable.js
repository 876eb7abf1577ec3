// A button that says why it can't be used: it stays in reach of keyboard and
// screen reader, and does nothing.   <button aria-disabled="true" title="…">
export default function unavailable(button, signal) {
  button.addEventListener(
    "click",
    (event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    { signal, capture: true },
  );
}
