// What the server says may be written: actions, operators, criteria, and the
// groups and people by name. Asked for once a page.
import { getJson } from "../lib/http.js";

const asked = new Map();

// For people who know the words of logic less well than those of their language.
export const OPERATOR_WORDS = {
  and: "all of these",
  or: "any of these",
  not: "none of these",
  nor: "not all of these",
};
export const ACTION_WORDS = {
  allow: "lets a request through, unless something denies it",
  deny: "refuses a request, whatever allows it",
};

const EMPTY = { actions: [], operators: [], criteria: [], groups: [], people: [] };

/** Promise of the vocabulary; empty where there is none to be had. */
export function vocabulary(url) {
  if (!url) return Promise.resolve(EMPTY);
  if (!asked.has(url)) {
    const answer = getJson(url).then((given) => ({ ...EMPTY, ...given }));
    // A failure is not kept: the next editor, or the next key, asks again.
    asked.set(url, answer);
    answer.catch(() => asked.delete(url));
  }
  return asked.get(url).catch(() => EMPTY);
}

/** The criterion that a key names; `claim/family_name` is of the criterion `claim`. */
export function criterionOf(words, key) {
  const base = key.split("/")[0];
  return words.criteria.find((one) => one.name === key) ?? words.criteria.find((one) => one.name.split("/")[0] === base);
}

/** What may stand as a value of a criterion: [{ value, name }]. */
export function valuesOf(words, criterion) {
  if (criterion.values) return criterion.values.map((value) => ({ value: String(value), name: "" }));
  if (criterion.name === "groups") return words.groups.map(({ id, name }) => ({ value: id, name }));
  if (criterion.name === "user") return words.people.map(({ id, name }) => ({ value: id, name }));
  if (criterion.name === "email") return words.people.filter((one) => one.email).map(({ email, name }) => ({ value: email, name }));
  return [];
}

/** Names by the ids that stand for them in policies. */
export function namesById(words) {
  return new Map([...words.groups, ...words.people].filter(({ id, name }) => id && name && id !== name).map(({ id, name }) => [String(id), name]));
}
