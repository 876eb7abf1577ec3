"""Lines of the matrix: the decision log, its exports, and why it was decided so."""

from namespaces.permissions import Permission
from tests.permissions.rows import Row, at, get, signed_in, somewhere

ONE = {"number": lambda world: world.ids["decision"]}
SEEN = get(at(Permission.AUDIT_VIEW, "decision"), ids=ONE)

DECISIONS: dict[str, tuple[Row, ...]] = {
    "decision-list": (get(somewhere(Permission.AUDIT_VIEW)),),
    "decision-export": (get(signed_in),),
    "decision-export-json": (get(signed_in),),
    "decision-detail": (SEEN,),
    "traffic": (get(somewhere(Permission.AUDIT_VIEW)),),
    "api-traffic": (get(somewhere(Permission.AUDIT_VIEW)),),
    "api-decision-list": (get(signed_in),),
    "api-decision-detail": (SEEN,),
    "api-decision-explanation": (get(at(Permission.POLICY_TRY, "decision"), ids=ONE),),
}
