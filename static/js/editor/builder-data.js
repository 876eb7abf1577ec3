// What the fields of a criterion in the builder amount to, as the policy's text has it.
const lines = (text) => text.split("\n").map((one) => one.trim()).filter(Boolean);
const isNumber = (text) => text.trim() !== "" && Number.isFinite(Number(text));

function valueOf(field) {
  const { kind } = field.dataset;
  if (kind === "found") return [...field.querySelectorAll("[data-found-id]")].map((one) => one.value).filter(Boolean);
  if (kind === "chips") return [...field.querySelectorAll("input:checked")].map((one) => one.value);
  const text = field.value.trim();
  if (kind === "lines") return lines(field.value);
  if (kind === "number") return isNumber(text) ? Number(text) : text;
  if (kind === "choice" && ["true", "false"].includes(text)) return text === "true";
  return text;
}

/** The value in the form that the comparison takes: a list, or one. */
function fitting(value, takesList) {
  if (takesList) return Array.isArray(value) ? value : [value].filter((one) => one !== "");
  return Array.isArray(value) ? (value[0] ?? "") : value;
}

function tests(fields) {
  const data = {};
  for (const field of fields.querySelectorAll(":scope > .builder__field [data-builder-field]")) data[field.dataset.builderField] = valueOf(field);
  for (const test of fields.querySelectorAll("[data-builder-test]")) {
    const chosen = test.querySelector("[data-builder-test-operator]").selectedOptions[0];
    const value = valueOf(test.querySelector("[data-builder-field]"));
    data[chosen.value] = fitting(value, "takesList" in chosen.dataset);
  }
  const [name, ...others] = Object.keys(data);
  const isPlain = "isScalar" in fields.dataset && others.length === 0;
  const was = fields.querySelector("[data-builder-test-operator]")?.dataset.was;
  return isPlain && name === was ? data[name] : data;
}

function mapping(fields) {
  const data = {};
  for (const field of fields.querySelectorAll("[data-builder-field]")) {
    const value = valueOf(field);
    if (value === "" || value.length === 0) continue;
    data[field.dataset.builderField] = Array.isArray(value) && value.length === 1 ? value[0] : value;
  }
  return data;
}

/** `fields` is an element with data-builder-data; its data-shape says what is in it. */
export function dataOf(fields) {
  const first = fields.querySelector("[data-builder-field]");
  switch (fields.dataset.shape) {
    case "none":
      return true;
    case "tests":
      return tests(fields);
    case "mapping":
      return mapping(fields);
    case "days":
      return valueOf(first).join(",");
    default:
      return valueOf(first);
  }
}

/** The zone that this browser's clock shows; times are first meant there. */
export const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** What stands in the fields around a button that belong to its edit. */
function grouped(control) {
  const group = control.closest("[data-edit-group]");
  return Object.fromEntries([...group.querySelectorAll("[data-edit-field]")].map((field) => [field.dataset.editField, field.value]));
}

/** The edit that a control asks for, with what is chosen in it; none if nothing is. */
export function changed(control) {
  const edit = JSON.parse(control.dataset.edit);
  const as = control.dataset.editAs;
  if (as === "criterion" || as === "block") {
    const choice = control.parentElement.querySelector("[data-builder-choice]");
    const [option] = choice.selectedOptions;
    if (!option.value) return void choice.focus();
    const data = JSON.parse(option.dataset.start);
    if (data.timezone) data.timezone = ownZone();
    if (as === "criterion") return { ...edit, name: option.value, data };
    const operator = control.parentElement.querySelector("[data-builder-operator]").value;
    return { ...edit, operator, criteria: [{ [option.value]: data }] };
  }
  if (as === "group") return { ...edit, ...grouped(control) };
  if (as === "flag") return { ...edit, [control.dataset.editKey]: control.checked };
  if (as === "sub-path") {
    const data = dataOf(control.closest("[data-builder-data]"));
    return { ...edit, name: `${control.dataset.editName}/${control.value.trim()}`, data };
  }
  return control.dataset.editKey ? { ...edit, [control.dataset.editKey]: control.value } : edit;
}
