"""What kinds of directory service accounts there are."""

from directory.credential_kinds.fields import Field, Kind
from directory.credential_kinds.table import KIND_BY_CODE, KINDS

__all__ = ["KINDS", "KIND_BY_CODE", "Field", "Kind"]
