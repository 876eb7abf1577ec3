"""The builder's view of a policy: a tree of plain data, and the way back to the text.

Made for a screen on which criteria are chosen, not written. What it can't show is still
there, as an opaque part with its lines.
"""

from .catalog import catalog
from .merging import merge_tree
from .tree import builder_tree

__all__ = ["builder_tree", "catalog", "merge_tree"]
