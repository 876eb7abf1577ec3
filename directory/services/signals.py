"""What apps above this one are told about people, in the transaction of the change."""

from django.dispatch import Signal

# The identity provider ended sign-ins. Sent with `sign_ins` (what
# `directory.authentication.sign_in_of` said of each), `actor`, `now`.
signed_out = Signal()
