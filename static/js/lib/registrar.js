// Connects behavior to elements: `data-controller="a b"` calls a(element, signal)
// and b(element, signal), now and for whatever enters the page later (htmx swaps,
// cloned rows). The signal aborts when the element leaves; listeners that are
// given it go with the element, and so does anything a controller hangs on it.
const controllers = new Map();
const connected = new WeakMap();

function connect(element) {
  const running = connected.get(element) ?? new Map();
  connected.set(element, running);
  for (const name of element.dataset.controller.split(/\s+/)) {
    if (!controllers.has(name) || running.has(name)) continue;
    const abort = new AbortController();
    running.set(name, abort);
    controllers.get(name)(element, abort.signal);
  }
}

function disconnect(element) {
  connected.get(element)?.forEach((abort) => abort.abort());
  connected.delete(element);
}

function each(root, visit) {
  if (!(root instanceof Element)) return;
  if (root.matches("[data-controller]")) visit(root);
  root.querySelectorAll("[data-controller]").forEach(visit);
}

/** Make controllers known, and connect those that the page already asks for. */
export function register(named) {
  for (const [name, controller] of Object.entries(named)) controllers.set(name, controller);
  each(document.documentElement, connect);
}

export function watch() {
  new MutationObserver((changes) => {
    // A moved element is both removed and added: only what is gone is let go.
    for (const { removedNodes } of changes)
      for (const node of removedNodes) each(node, (one) => one.isConnected || disconnect(one));
    for (const { addedNodes } of changes)
      for (const node of addedNodes) each(node, (one) => one.isConnected && connect(one));
  }).observe(document.documentElement, { childList: true, subtree: true });
}
