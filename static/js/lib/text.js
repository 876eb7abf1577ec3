// Texts in the language of the page. English stands in the source; pages in another
// language load Django's catalog first, which is then asked. `makemessages` finds the
// calls by their names.

/** A text in the person's language. */
export const gettext = (text) => window.django?.gettext(text) ?? text;

/** One of two texts, by a number; languages may have more forms. */
export const ngettext = (one, many, count) => window.django?.ngettext(one, many, count) ?? (count === 1 ? one : many);

/** A text with its values in place of `%(name)s`. */
export const filled = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);
