// What the server says may be written: actions, operators, criteria, and groups and
// people by name. The words are asked for once a page; names also by what is typed,
// since a company has more of them than an answer holds.
import { getJson } from "../lib/http.js";

// For people who know the words of logic less well than those of their language.
export const MEANINGS = {
  allow: "lets in whoever it applies to, unless something denies",
  deny: "keeps out whoever it applies to, whatever allows",
  and: "all of these hold",
  or: "any of these holds",
  not: "none of these holds",
  nor: "not all of these hold",
};

const asked = new Map();
const EMPTY = { actions: [], operators: [], criteria: [], groups: [], people: [] };

// An answer holds no more than so many groups, and as many people.
const LONGEST_ANSWER = 1000;

/** Promise of the vocabulary, with groups and people like `text`; empty if there is none. */
export function vocabulary(url, text = "") {
  if (!url) return Promise.resolve(EMPTY);
  const address = new URL(url, location.href);
  if (text) address.searchParams.set("q", text);
  if (!asked.has(address.href)) {
    const answer = getJson(address.href).then((given) => ({ ...EMPTY, ...given }));
    // A failure is not kept: the next key asks again.
    asked.set(address.href, answer);
    answer.catch(() => asked.delete(address.href));
  }
  return asked.get(address.href).catch(() => EMPTY);
}

export const holdsAllNames = (words) => words.groups.length < LONGEST_ANSWER && words.people.length < LONGEST_ANSWER;

/** The criterion that a key names; `claim/family_name` is of the criterion `claim`. */
export function criterionOf(words, key) {
  const [base] = key.split("/");
  return words.criteria.find((one) => one.name === key) ?? words.criteria.find((one) => one.takes_sub_path && one.name.split("/")[0] === base);
}

const listed = (values) => values.map((value) => ({ value, name: "" }));

/** What may stand as a value below `key` of a criterion: [{ value, name }]. */
export function valuesOf(words, criterion, key) {
  if (["approved", "exists"].includes(key)) return listed(["true", "false"]);
  if (criterion.values) return listed(criterion.values);
  if (criterion.name === "groups") return words.groups.map(({ id, name }) => ({ value: id, name }));
  if (criterion.name === "user") return words.people.map(({ id, name }) => ({ value: id, name }));
  if (criterion.name === "email") return words.people.filter((one) => one.email).map(({ email, name }) => ({ value: email, name }));
  return [];
}

/** Names by the ids that stand for them in policies. */
export function namesById(words) {
  return new Map([...words.groups, ...words.people].filter(({ id, name }) => id && name && id !== name).map(({ id, name }) => [String(id), name]));
}
