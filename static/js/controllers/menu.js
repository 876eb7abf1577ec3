// The off-canvas rail of small screens. It is a popover, so that it opens and
// closes without this; here the page behind it is put out of reach meanwhile.
//
//   <nav id="rail" popover data-controller="menu">
export default function menu(rail, signal) {
  const wide = window.matchMedia("(min-width: 62rem)");
  const behind = () => document.querySelectorAll("#main, .topbar");
  const close = () => rail.matches(":popover-open") && rail.hidePopover();

  rail.addEventListener(
    "toggle",
    (event) => {
      const open = event.newState === "open";
      behind().forEach((part) => (part.inert = open));
      if (open) (rail.querySelector("a[aria-current]") ?? rail.querySelector("a, button"))?.focus();
    },
    { signal },
  );
  wide.addEventListener("change", close, { signal });
  window.addEventListener("pageshow", close, { signal });
  rail.addEventListener("click", (event) => event.target.closest("a[href]") && close(), { signal });
}
