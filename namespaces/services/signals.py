"""What apps above this one are asked before the tree changes.

They know what lives in namespaces. A receiver refuses by raising a ConsoleError, and
the change is taken back; each runs in the transaction of the change.
"""

from django.dispatch import Signal

# A namespace is about to move. Sent with `namespace`, `parent` (the new one), `actor`.
moving = Signal()
# A namespace inherits policies again. Sent with `namespace`, `actor`.
inheriting = Signal()
# A namespace no longer inherits policies. Sent with `namespace`, `actor`.
uninheriting = Signal()
