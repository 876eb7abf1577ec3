// Marks in the text: "allow" and "deny" in the colors of their meaning, and behind
// each id of a group or person the name that people know it by.
import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, MatchDecorator, ViewPlugin, WidgetType } from "@codemirror/view";

const ACTION = /^(\s*(?:- +)?)(allow|deny)(?=\s*:)/g;

const actions = new MatchDecorator({
  regexp: ACTION,
  decorate(add, from, to, match) {
    const start = from + match[1].length;
    add(start, to, Decoration.mark({ class: `cm-action-${match[2]}` }));
  },
});

class Name extends WidgetType {
  constructor(name) {
    super();
    this.name = name;
  }

  eq(other) {
    return other.name === this.name;
  }

  toDOM() {
    return Object.assign(document.createElement("span"), { className: "cm-known-name", textContent: this.name });
  }
}

/** Effect: a Map of further names by id, as the server tells them. */
export const setKnownNames = StateEffect.define();

const knownNames = StateField.define({
  create: () => new Map(),
  update: (names, transaction) => transaction.effects.filter((one) => one.is(setKnownNames)).reduce((all, one) => new Map([...all, ...one.value]), names),
});

const names = new MatchDecorator({
  regexp: /(?:[:-]\s+|[[,]\s*)(["']?)([^\s"',[\]#:]+)\1(?=\s*(?:[,\]#]|$))/g,
  decorate(add, _from, to, match, view) {
    const name = view.state.field(knownNames).get(match[2]);
    if (name) add(to, to, Decoration.widget({ widget: new Name(name), side: 1 }));
  },
});

function plugin(decorator) {
  return ViewPlugin.define(
    (view) => ({
      decorations: decorator.createDeco(view),
      update(update) {
        const told = update.transactions.some((one) => one.effects.some((effect) => effect.is(setKnownNames)));
        this.decorations = told ? decorator.createDeco(update.view) : decorator.updateDeco(update, this.decorations);
      },
    }),
    { decorations: (value) => value.decorations },
  );
}

export const marks = [knownNames, plugin(actions), plugin(names), EditorView.lineWrapping];
