"""The lossless editor model: changes of a policy text that touch their own lines only.

Every function takes a text and returns an `Edited`: the new text, the lines touched,
the edits that lead there, and the new tree. Comments, order and style of everything
else stay byte for byte. Where a text is written too oddly for a precise change, the
smallest part around it is written anew, and comments in it move above that part.
"""

from .blocks import (
    add_block,
    add_rule,
    change_operator,
    duplicate_block,
    duplicate_rule,
    move_block,
    move_rule,
    remove_block,
    remove_rule,
)
from .criteria import (
    add_criterion,
    duplicate_criterion,
    move_criterion,
    remove_criterion,
    remove_operator,
    rename_operator,
    set_criterion,
    set_data,
    set_operand,
)
from .model import Edited, EditingError, Place
from .overrides import Override, overrides, set_override
from .pasting import add_certificate, paste
from .remarks import set_comment
from .requests import edit

__all__ = [
    "Edited",
    "EditingError",
    "Override",
    "Place",
    "add_block",
    "add_certificate",
    "add_criterion",
    "add_rule",
    "change_operator",
    "duplicate_block",
    "duplicate_criterion",
    "duplicate_rule",
    "edit",
    "move_block",
    "move_criterion",
    "move_rule",
    "overrides",
    "paste",
    "remove_block",
    "remove_criterion",
    "remove_operator",
    "remove_rule",
    "rename_operator",
    "set_comment",
    "set_criterion",
    "set_data",
    "set_operand",
    "set_override",
]
