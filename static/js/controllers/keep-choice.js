// Radio buttons that a search replaces. The answer knows what was chosen when it was
// asked for; what was chosen since then stays chosen.
//
//   <div data-controller="keep-choice"> <fieldset> <label><input type="radio" …> …
export default function keepChoice(element, signal) {
  let row = null;

  element.addEventListener(
    "htmx:beforeSwap",
    ({ target }) => target === element && (row = element.querySelector("input:checked")?.closest("label") ?? null),
    { signal },
  );
  element.addEventListener(
    "htmx:afterSwap",
    () => {
      if (!row) return;
      const { value } = row.control;
      const twin = element.querySelector(`input[type=radio][value="${CSS.escape(value)}"]`);
      if (!twin) element.querySelector("label")?.after(row);
      (twin ?? row.control).checked = true;
      row = null;
    },
    { signal },
  );
}
