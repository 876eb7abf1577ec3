"""The same workloads in the languages of others, for those that are installed."""

from benchmarks.decisions.peers.base import COUNT, Cost, Peer
from benchmarks.decisions.peers.casbin import Casbin
from benchmarks.decisions.peers.cedar import Cedar, CedarBatch
from benchmarks.decisions.peers.opa import CoreRego, Opa
from benchmarks.decisions.peers.oso import Oso
from benchmarks.decisions.peers.regorus import Regorus

__all__ = ["COUNT", "PEERS", "Cost", "Peer"]

PEERS: tuple[type[Peer], ...] = (
    Cedar,
    CedarBatch,
    Regorus,
    Casbin,
    Oso,
    Opa,
    CoreRego,
)
