"""What the app of the routes is asked when a policy counts otherwise than before.

Sent in the transaction of the change, after it was written. A receiver refuses by
raising a ConsoleError, and the change is taken back.
"""

from django.dispatch import Signal

# A policy was taken off a namespace. Sent with `policy`, `namespace`, `actor`.
detached = Signal()
# A policy that denied says something else. Sent with `policy`, `actor`.
reworded = Signal()
