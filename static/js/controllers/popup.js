// A popover that hangs on the button that opens it, with arrow keys inside.
//
//   <button popovertarget="more-7">…</button>
//   <div id="more-7" popover data-controller="popup" [data-popup-align="end"]>
//     links and buttons
//   </div>
import { isVisible } from "../lib/dom.js";

const GAP = 4;

export default function popup(panel, signal) {
  const opener = () => document.querySelector(`[popovertarget="${CSS.escape(panel.id)}"]`);
  const items = () => [...panel.querySelectorAll("a[href], button:not([disabled])")].filter(isVisible);

  function place() {
    const button = opener()?.getBoundingClientRect();
    if (!button) return;
    const { offsetWidth: width, offsetHeight: height } = panel;
    const start = panel.dataset.popupAlign === "end" ? button.right - width : button.left;
    const below = button.bottom + GAP;
    const fitsBelow = below + height <= window.innerHeight || button.top < height;
    panel.style.left = `${Math.max(GAP, Math.min(start, document.documentElement.clientWidth - width - GAP))}px`;
    panel.style.top = `${Math.max(GAP, fitsBelow ? below : button.top - height - GAP)}px`;
  }

  panel.addEventListener(
    "toggle",
    (event) => {
      if (event.newState !== "open") return;
      place();
      (panel.querySelector("[autofocus]") ?? items()[0])?.focus();
    },
    { signal },
  );
  panel.addEventListener(
    "keydown",
    (event) => {
      if (event.target.closest("[role=tree], input")) return;
      const all = items();
      const at = all.indexOf(document.activeElement);
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      all[(to + all.length) % all.length]?.focus();
    },
    { signal },
  );
  const follow = () => panel.matches(":popover-open") && place();
  window.addEventListener("scroll", follow, { signal, capture: true, passive: true });
  window.addEventListener("resize", follow, { signal });
  panel.addEventListener("htmx:afterSettle", follow, { signal });
}
