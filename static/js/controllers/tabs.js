// Panels of one page as tabs. Without this they stand below one another, with the
// tabs as links to them. The address keeps which one is open.
//
//   <div data-controller="tabs">
//     <div data-tabs-list aria-label="…"> <a href="#builder">…</a> … </div>
//     <section id="builder" aria-label="…"> …
//   </div>
import { reveal } from "../lib/dom.js";

export default function tabs(element, signal) {
  const list = element.querySelector("[data-tabs-list]");
  const links = [...list.querySelectorAll("a[href^='#']")];
  const panelOf = (link) => document.getElementById(link.hash.slice(1));

  function open(link, { focus = false } = {}) {
    for (const one of links) {
      const chosen = one === link;
      one.ariaSelected = String(chosen);
      one.tabIndex = chosen ? 0 : -1;
      panelOf(one).hidden = !chosen;
    }
    reveal(link, link.closest(".page-tabs") ?? list);
    if (focus) link.focus();
    element.dispatchEvent(new CustomEvent("tabs:open", { detail: { id: link.hash.slice(1) }, bubbles: true }));
  }

  function follow(link, options) {
    history.replaceState(history.state, "", link.hash);
    open(link, options);
    link.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  list.setAttribute("role", "tablist");
  links.forEach((link) => {
    const panel = panelOf(link);
    link.id ||= `${panel.id}-tab`;
    link.setAttribute("role", "tab");
    link.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", link.id);
    panel.removeAttribute("aria-label");
    panel.tabIndex = 0;
  });

  list.addEventListener(
    "click",
    (event) => {
      const link = event.target.closest("[role=tab]");
      if (!link) return;
      event.preventDefault();
      follow(link);
    },
    { signal },
  );
  list.addEventListener(
    "keydown",
    (event) => {
      const at = links.indexOf(document.activeElement);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
      if (at < 0 || to === undefined) return;
      event.preventDefault();
      follow(links.at(to % links.length), { focus: true });
    },
    { signal },
  );
  // A field with an error, or an anchor, may lie in a panel that is closed.
  const named = () => location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const openNamed = () => {
    const target = named();
    const link = links.find((one) => target && panelOf(one).contains(target));
    if (link) open(link);
    return link;
  };
  window.addEventListener("hashchange", openNamed, { signal });
  // What the browser itself refuses to send must be seen, to be mended.
  document.addEventListener(
    "invalid",
    ({ target }) => {
      const link = links.find((one) => panelOf(one).contains(target));
      if (link && panelOf(link).hidden) open(link);
    },
    { signal, capture: true },
  );
  const refused = links.find((one) => panelOf(one).querySelector("[aria-invalid=true], .field--invalid"));
  const current = links.find((one) => one.ariaCurrent) ?? links[0];
  for (const link of links) link.removeAttribute("aria-current");
  if (refused) open(refused);
  else if (!openNamed()) open(current);
}
