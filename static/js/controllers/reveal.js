// An answer that comes below what asked for it: it is scrolled into sight, as little as
// it takes.
//
//   <div data-controller="reveal" aria-live="polite"> …
export default function reveal(element, signal) {
  element.addEventListener("htmx:afterSettle", () => element.scrollIntoView({ block: "nearest" }), { signal });
}
