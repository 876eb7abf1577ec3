// A native dialog, and what opens it. Without this the opener is a link to a page
// that asks the same.
//
//   <a href="/…/delete" data-dialog-open="delete-dialog">  or  <button data-dialog-open=…>
//   <dialog id="delete-dialog" data-controller="dialog">
//     … <button type="button" data-dialog-close>
//   </dialog>
// `data-dialog-modal="open"` opens it at once, for dialogs that a fragment brings.
export default function dialog(element, signal) {
  const open = () => element.open || element.showModal();

  document.addEventListener(
    "click",
    (event) => {
      const opener = event.target.closest(`[data-dialog-open="${CSS.escape(element.id)}"]`);
      if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      open();
    },
    { signal },
  );
  element.addEventListener(
    "click",
    (event) => {
      if (event.target.closest("[data-dialog-close]")) {
        event.preventDefault();
        element.close();
      }
    },
    { signal },
  );
  // A press on the backdrop closes; a press that began inside (selecting text
  // and letting go outside) does not.
  let pressed = null;
  element.addEventListener("pointerdown", (event) => (pressed = event.target), { signal });
  element.addEventListener(
    "pointerup",
    (event) => {
      if (pressed === element && event.target === element) element.close();
    },
    { signal },
  );
  if (element.dataset.dialogModal === "open") open();
}
