// A filter form that answers as it is filled in: a choice at once, typing after a
// pause. Empty fields stay out of the address. The form's own button is for
// browsers without JavaScript (class "no-js-only").
//
//   <form method="get" data-controller="auto-submit" [hx-get … hx-target …]>
import { debounce } from "../lib/dom.js";

const PAUSE = 250;

export default function autoSubmit(form, signal) {
  const submit = () => form.isConnected && form.requestSubmit();
  const later = debounce(submit, PAUSE);
  // Only htmx leaves the focus where it is; a new page would take it while typing.
  const inPlace = form.hasAttribute("hx-get");

  form.addEventListener(
    "input",
    (event) => {
      const typing = event.target.matches("input:not([type=checkbox]):not([type=radio]):not([type=date])");
      if (typing && inPlace && !event.isComposing) later();
    },
    { signal },
  );
  form.addEventListener(
    "change",
    (event) => {
      if (event.target.matches("select, [type=checkbox], [type=radio], [type=date]")) submit();
    },
    { signal },
  );
  form.addEventListener(
    "formdata",
    ({ formData }) => {
      for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
    },
    { signal },
  );
}
