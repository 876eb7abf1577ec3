// Tabs that are pages: on a narrow screen the one that is open is scrolled into sight.
//
//   <nav class="page-tabs" data-controller="page-tabs"> … <a aria-current="page"> …
import { reveal } from "../lib/dom.js";

export default function pageTabs(element) {
  const current = element.querySelector("[aria-current]");
  if (current) reveal(current, element);
}
