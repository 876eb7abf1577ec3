"""What apps above this one are asked before the tree changes.

They know what lives in namespaces. A receiver refuses by raising a ConsoleError, and
the change is taken back; each runs in the transaction of the change.
"""

from django.dispatch import Signal

# A namespace is about to move. Sent with `namespace`, `parent` (the new one), `actor`.
moving = Signal()
# A namespace inherits policies again. Sent with `namespace`, `actor`.
inheriting = Signal()
# May a namespace go with everything in it? Sent with `namespace`, `going` (a
# console.core.burial.Burial), `actor`. A receiver writes nothing: previews ask without
# the writers' lock. It answers with the labels of the models that it lets go.
deleting = Signal()
# It goes. Sent with `namespace`, `going`, `actor`, `now`, `reason`, while the rows are
# still there. A receiver records what goes.
burying = Signal()
# It comes back: first sent before the rows are there, then after. `coming` is a Burial.
restoring = Signal()
restored = Signal()
# A namespace no longer inherits policies. Sent with `namespace`, `actor`.
uninheriting = Signal()
