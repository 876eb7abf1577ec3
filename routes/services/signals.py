"""What apps above this one are told about hosts, in the transaction of the change."""

from django.dispatch import Signal

# Hosts, or wildcards, have an owner who did not have them before. Nothing that people
# have at them may carry over. Sent with `hosts`, `actor`, `now`.
owned_anew = Signal()
