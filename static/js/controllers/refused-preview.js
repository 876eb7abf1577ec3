// What a refused person will read, while it is written.
//
//   <figure data-controller="refused-preview" data-explanation="id" data-remediation="id">
//     <div data-refused="explanation"> … <div data-refused-text></div></div>
//     <div data-refused="remediation"> … <div data-refused-text></div></div>
//     <p data-refused="nothing"></p>
const NAMES = ["explanation", "remediation"];

export default function refusedPreview(figure, signal) {
  const part = (name) => figure.querySelector(`[data-refused="${name}"]`);
  const fields = Object.fromEntries(NAMES.map((name) => [name, document.getElementById(figure.dataset[name])]));

  function show() {
    for (const name of NAMES) {
      const lines = fields[name].value.split("\n").map((line) => line.trim()).filter(Boolean);
      const paragraphs = lines.map((textContent) => Object.assign(document.createElement("p"), { textContent }));
      part(name).hidden = lines.length === 0;
      part(name).querySelector("[data-refused-text]").replaceChildren(...paragraphs);
    }
    part("nothing").hidden = NAMES.some((name) => !part(name).hidden);
  }

  for (const name of NAMES) fields[name].addEventListener("input", show, { signal });
  show();
}
