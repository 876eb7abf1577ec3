// Small things that several controllers do with the page.

/** Say something to people who listen to the page instead of looking at it. */
export function announce(text) {
  const region = document.getElementById("announcements");
  if (!region) return;
  region.textContent = "";
  // Assistive technology reads a change; the same text twice is none.
  window.setTimeout(() => (region.textContent = text), 50);
}

/** The copy of a <template> that belongs to `name`, ready to be filled. */
export function fromTemplate(name) {
  const template = document.querySelector(`template[data-template="${name}"]`);
  return template?.content.firstElementChild.cloneNode(true) ?? null;
}

/** Calls `work` once `wait` milliseconds have passed without another call. */
export function debounce(work, wait) {
  let timer;
  return (...args) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => work(...args), wait);
  };
}

/** Whether what is typed into this element is text, not a command. */
export function takesText(element) {
  return element instanceof Element && Boolean(element.closest("input:not([type=checkbox]):not([type=radio]):not([type=button]):not([type=submit]), textarea, select, [contenteditable]"));
}

export const isVisible = (element) => element.getClientRects().length > 0;

/** Text without case and accents, for comparing what people type. */
export const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

// Scrolls a box sideways until an item of it is in sight; the page stays where it is.
export function reveal(item, box) {
  const [inner, outer] = [item.getBoundingClientRect(), box.getBoundingClientRect()];
  if (inner.left < outer.left) box.scrollLeft -= outer.left - inner.left;
  else if (inner.right > outer.right) box.scrollLeft += inner.right - outer.right;
}
