"""The part of a module that is the same for all policies: lookups and merging."""

from typing import Final

HEAD: Final = """\
package pomerium.policy

import rego.v1

default allow := [false, set()]

default deny := [false, set()]
"""

LIBRARY: Final = """\
# Results are [value, reasons, data]; a value of null can't be told.

merge_and(results) := [true, reasons_of(results), data_of(results)] if {
	every result in results { result[0] }
} else := [false, reasons_of(failed), data_of(failed)] if {
	failed := [result | some result in results; result[0] == false]
}

merge_or(results) := [true, reasons_of(held), data_of(held)] if {
	held := [result | some result in results; result[0] == true]
	count(held) > 0
} else := [false, reasons_of(results), data_of(results)]

reasons_of(results) := {reason | some result in results; some reason in result[1]}

data_of(results) := {key: largest |
	some result in results
	some key, _ in result[2]
	largest := max([value | some other in results; value := other[2][key]])
}

# What can't be told counts for a deny rule and against an allow rule.
for_allow(result) := [result[0] == true, result[1], result[2]]

for_allow_inverted(result) := [result[0] == false, result[1], result[2]]

for_deny(result) := [result[0] != false, result[1], result[2]]

for_deny_inverted(result) := [result[0] != true, result[1], result[2]]

ceiling(result) := [result[0] == false, result[1], result[2]]

record(type, id) := found if {
	found := get_databroker_record(type, id)
	found != null
}

session_id := object.get(object.get(input, "session", {}), "id", "")

session := found if {
	found := record("type.googleapis.com/user.ServiceAccount", session_id)
} else := found if {
	own := record("type.googleapis.com/session.Session", session_id)
	other := object.get(own, "impersonate_session_id", "")
	other != ""
	found := impersonated(other)
} else := found if {
	found := record("type.googleapis.com/session.Session", session_id)
} else := {}

impersonated(id) := found if {
	found := record("type.googleapis.com/session.Session", id)
} else := {}

has_session if object.get(session, "id", "") != ""

person := found if {
	found := record("type.googleapis.com/user.User", object.get(session, "user_id", ""))
} else := {}

directory_user := found if {
	found := record("pomerium.io/DirectoryUser", object.get(session, "user_id", ""))
}

email := found if {
	found := object.get(directory_user, "email", "")
	found != ""
} else := object.get(person, "email", "")

address := ascii_lower(email)

ascii_lower(text) := strings.replace_n(capitals, text)

capitals := {
	"A": "a", "B": "b", "C": "c", "D": "d", "E": "e", "F": "f", "G": "g",
	"H": "h", "I": "i", "J": "j", "K": "k", "L": "l", "M": "m", "N": "n",
	"O": "o", "P": "p", "Q": "q", "R": "r", "S": "s", "T": "t", "U": "u",
	"V": "v", "W": "w", "X": "x", "Y": "y", "Z": "z",
}

claims := object.union(
	object.get(session, "claims", {}),
	object.get(person, "claims", {}),
)

claim(path) := found if {
	found := claims[path]
} else := found if {
	segments := split(replace(path, ".", "/"), "/")
	count(segments) > 1
	count(segments) < 6
	found := object.get(claims, segments, [])
} else := []

holds_value(values, wanted) if {
	type_name(values) in ["array", "object"]
	some value in values
	value == wanted
}

header_is_set(name) if {
	value := object.get(object.get(input.http, "headers", {}), name, "")
	not value in ["", null, []]
}

device_credential(type) := found if {
	ids := [id |
		some entry in object.get(session, "device_credentials", [])
		object.get(entry, "type_id", null) == type
		id := object.get(object.get(entry, "Credential", {}), "Id", null)
		id != null
	]
	found := record("type.googleapis.com/pomerium.device.Credential", ids[0])
} else := {}

device_enrollment(credential) := found if {
	id := object.get(credential, "enrollment_id", "")
	found := record("type.googleapis.com/pomerium.device.Enrollment", id)
} else := {}

client_ip := trim_prefix(ip, "::ffff:") if {
	ip := lower(input.http.ip)
	contains(ip, ".")
} else := input.http.ip

client_ip_is_known if net.cidr_is_valid(concat("", [client_ip, "/32"]))

equals_or_only(value, wanted) if {
	is_array(value)
	not is_array(wanted)
	count(value) == 1
	value[0] == wanted
}

equals_or_only(value, wanted) if {
	not is_array(value)
	value == wanted
}

equals_or_only(value, wanted) if {
	is_array(wanted)
	value == wanted
}

now := time.now_ns()

nanoseconds(zone) := nanos if {
	[hour, minute, second] := time.clock([now, zone])
	seconds := (((hour * 60) + minute) * 60) + second
	nanos := (seconds * 1000000000) + (now % 1000000000)
}

leaf := object.get(input, ["http", "client_certificate", "leaf"], "")
"""

# Only with a criterion on certificates: a function that is missing is an error.
CERTIFICATES: Final = """\
certificate := crypto.x509.parse_certificates(trim_space(leaf))[0]

fingerprint := crypto.sha256(base64.decode(certificate.Raw))

spki_hash := base64.encode(hex.decode(crypto.sha256(public_key))) if {
	public_key := base64.decode(certificate.RawSubjectPublicKeyInfo)
}
"""
