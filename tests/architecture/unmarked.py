"""Texts in Python: the words that people read on pages and that are not marked.

Two words in a row make a text. What is read by machines is told from it by where it
stands: what is compared, looked up by, logged, or given to these functions.
"""

import ast
import re
from collections.abc import Iterator

PROSE = re.compile(
    r"[A-Za-z]{2,}[,;:.)]? [A-Za-z(“`\x00]|^ [a-z]{2,}|[a-z]{2,} $"
    r"|[a-z]{2,} \d+ [a-z]{2,}"
)
MARKS = frozenset(
    {"gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
    | {"worded", "counted"}
)
FOR_MACHINES = frozenset(
    {"add_argument", "compile", "exception", "get", "getLogger", "info", "warning"}
    | {"ValueError", "TypeError", "LookupError", "RuntimeError"}
    | {"Bounds", "Permission", "path", "removeprefix", "removesuffix", "startswith"}
)
# Texts of several lines, headers, markup, names of classes of CSS.
OTHER = re.compile(
    r"\n|charset=|^attachment;|[<>]|^[a-z-]+(__[a-z-]+)+|--|^(GET|POST) "
)
# Names, what the audit log records, and what only the documents of the API show.
NAMES = frozenset(
    {"OpenID Connect", "local account", "recovery token", "One of \x00."}
    | {"Microsoft Entra ID", "Google Workspace", "Amazon Cognito"}
    | {"HTTP (JSON, CSV, zip)"}
)


def find(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of each string that no translation can reach."""
    parents = {
        child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)
    }
    for node in ast.walk(tree):
        text = _text(node)
        if not text or text in NAMES or OTHER.search(text) or not PROSE.search(text):
            continue
        if not _is_excused(node, parents):
            yield node.lineno, text  # type: ignore[attr-defined]


def _text(node: ast.AST) -> str:
    """Return a string as it is read; a zero stands for a value in it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return ""
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else "\x00"
        for part in node.values
    )


def _is_excused(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    while node in parents:
        child, node = node, parents[node]
        if isinstance(node, ast.JoinedStr | ast.Compare | ast.Subscript):
            return True
        if isinstance(node, ast.keyword) and node.arg == "example":
            return True  # of the language of policies
        if isinstance(node, ast.Expr) and isinstance(child, ast.Constant):
            return True  # a docstring
        if isinstance(node, ast.arg | ast.AnnAssign) and child is node.annotation:
            return True
        if isinstance(node, ast.FunctionDef) and child is node.returns:
            return True
        if isinstance(node, ast.Call) and child is not node.func:
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in MARKS | FOR_MACHINES:
                return True
    return False
