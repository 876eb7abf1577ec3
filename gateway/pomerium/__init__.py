"""What a Pomerium Core is told through its databroker. Pure: knows no database.

`records` says what it should hold, `checks` whether Core would accept it, `publishing`
brings it there by the calls of `client`. Nothing here reads rows.
"""

from .client import Address, Broker, BrokerError
from .problems import Problem
from .publishing import Outcome, publish
from .records import Wanted, wanted_of
from .tokens import SecretError, read_secret, sign

__all__ = [
    "Address",
    "Broker",
    "BrokerError",
    "Outcome",
    "Problem",
    "SecretError",
    "Wanted",
    "publish",
    "read_secret",
    "sign",
    "wanted_of",
]
