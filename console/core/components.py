"""Template components with slots: `{% component "table" … %}…{% endcomponent %}`.

A component is a template in templates/components. It sees its arguments and slots,
and nothing else of the page, as with `{% include … only %}`. What stands between
the tags is its `body`; `{% slot "name" %}…{% endslot %}` in there fills another.
The tags are registered in `console.core.templatetags.console`.
"""

from typing import Any

from django.template import Context, Node, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.utils.safestring import SafeString

_SLOTS = "component_slots"


class SlotNode(Node):
    """Keeps what it renders for the component around it."""

    def __init__(self, name: str, nodelist: NodeList) -> None:
        self.name = name
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        context[_SLOTS][self.name] = SafeString(self.nodelist.render(context).strip())
        return SafeString("")


class ComponentNode(Node):
    """Renders a component's template with its arguments and slots alone."""

    def __init__(
        self, name: str, arguments: dict[str, FilterExpression], nodelist: NodeList
    ) -> None:
        self.name = name
        self.arguments = arguments
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        slots: dict[str, SafeString] = {}
        with context.push(**{_SLOTS: slots}):
            slots["body"] = SafeString(self.nodelist.render(context).strip())
        values: dict[str, Any] = {
            name: argument.resolve(context) for name, argument in self.arguments.items()
        }
        template = context.template
        if template is None:  # pragma: no cover - a node renders within a template
            raise TemplateSyntaxError("a component renders within a template only")
        found = template.engine.get_template(f"components/{self.name}.html")
        return found.render(context.new(values | slots))


def parse_component(parser: Parser, token: Token) -> ComponentNode:
    """Parse `{% component "name" key=value … %}` up to its end."""
    tag, *bits = token.split_contents()
    if not bits:
        raise TemplateSyntaxError(f"{tag} needs the name of a component")
    name, *rest = bits
    arguments = token_kwargs(rest, parser)
    if rest:
        raise TemplateSyntaxError(f"{tag} {name} does not understand {rest[0]}")
    nodelist = parser.parse(("endcomponent",))
    parser.delete_first_token()
    return ComponentNode(name.strip("\"'"), arguments, nodelist)


def parse_slot(parser: Parser, token: Token) -> SlotNode:
    """Parse `{% slot "name" %}` up to its end."""
    tag, *bits = token.split_contents()
    if len(bits) != 1:
        raise TemplateSyntaxError(f"{tag} takes the name of a slot")
    nodelist = parser.parse(("endslot",))
    parser.delete_first_token()
    return SlotNode(bits[0].strip("\"'"), nodelist)
