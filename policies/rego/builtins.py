"""The built-ins that policies in Rego may call: one table, and everything from it.

The check at save, the guards of the worker and the completion of the editor read it.
What isn't here is refused: what reads the host or the network (`opa.runtime`,
`net.lookup_ip_addr`), what the engine hasn't got, and what it answers otherwise than
OPA does (`regex.template_match`) unless it is written anew (`replacements`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from policies.texts import worded


@dataclass(frozen=True, slots=True)
class Builtin:
    """A built-in: the types of its arguments, of its result, and what can fail.

    `test` is a condition in Rego on `a0`, `a1`, … without which it fails although the
    types are right. `risky` ones may fail whatever is tested beforehand.
    """

    name: str
    arguments: tuple[str, ...]
    result: str
    test: str = ""
    risky: bool = False

    @property
    def signature(self) -> str:
        return f"{self.name}({', '.join(self.arguments)}) → {self.result}"


# name, types of arguments, type of result
_PLAIN: Final = """
abs number number
array.concat array,array array
array.reverse array array
base64.encode string string
base64.is_valid any boolean
base64url.encode string string
base64url.encode_no_pad string string
ceil number number
contains string,string boolean
count collection number
endswith string,string boolean
floor number number
glob.quote_meta string string
hex.encode string string
is_array any boolean
is_boolean any boolean
is_null any boolean
is_number any boolean
is_object any boolean
is_set any boolean
is_string any boolean
json.is_valid any boolean
json.marshal any string
lower string string
max list any
min list any
net.cidr_is_valid any boolean
object.get object,any,any any
object.keys object set
object.union object,object object
regex.is_valid string boolean
replace string,string,string string
round number number
semver.is_valid any boolean
sort list array
split string,string array
startswith string,string boolean
strings.reverse string string
trim string,string string
trim_left string,string string
trim_prefix string,string string
trim_right string,string string
trim_space string string
trim_suffix string,string string
type_name any string
upper string string
yaml.is_valid any boolean
yaml.marshal any string
"""
# These fail for some values of the right type; the rest is Rego that tells which.
_TESTED: Final = """
base64.decode string string base64.is_valid(a0)
json.unmarshal string any json.is_valid(a0)
regex.match string,string boolean regex.is_valid(a0)
regex.replace string,string,string string regex.is_valid(a1)
semver.compare string,string number semver.is_valid(a0); semver.is_valid(a1)
yaml.unmarshal string any yaml.is_valid(a0)
"""
_RISKY: Final = """
array.slice array,number,number array
base64url.decode string string
bits.and number,number number
bits.lsh number,number number
bits.negate number number
bits.or number,number number
bits.rsh number,number number
bits.xor number,number number
concat string,list string
format_int number,number string
glob.match string,any,string boolean
graph.reachable object,list set
hex.decode string string
intersection set set
indexof string,string number
indexof_n string,string array
json.filter object,list object
json.patch any,array any
json.remove object,list object
net.cidr_contains string,string boolean
net.cidr_expand string set
numbers.range number,number array
numbers.range_step number,number,number array
object.filter object,collection object
object.remove object,collection object
object.subset any,any boolean
object.union_n array object
product list number
regex.find_all_string_submatch_n string,string,number array
regex.find_n string,string,number array
regex.split string,string array
sprintf string,array string
strings.any_prefix_match any,any boolean
strings.any_suffix_match any,any boolean
strings.count string,string number
strings.replace_n object,string string
substring string,number,number string
sum list number
time.add_date number,number,number,number number
time.clock any array
time.date any array
time.diff any,any array
time.format any string
time.parse_duration_ns string number
time.parse_ns string,string number
time.parse_rfc3339_ns string number
time.weekday any string
to_number any number
union set set
units.parse string number
units.parse_bytes string number
urlquery.decode string string
urlquery.decode_object string object
urlquery.encode string string
urlquery.encode_object object string
uuid.parse string object
"""
# Served by the worker itself: records, frozen time and chance.
_SERVED: Final = """
get_databroker_record string,string object
http.send object object
rand.intn string,number number
ssh_verify_user_cert any,any,any boolean
time.now_ns  number
uuid.rfc4122 string string
"""
SPECIAL: Final = frozenset({"print", "walk"})
# Known to OPA, and never served; the reasons are told to whoever writes them.
REFUSED: Final = {
    "opa.runtime": worded("a policy may not read the environment of the server"),
    "net.lookup_ip_addr": worded("a policy may not use the network"),
    "trace": worded("use `print`; it shows in the try panel"),
    "rego.parse_module": worded("a policy may not compile others"),
    "rego.metadata.rule": worded("this engine keeps no annotations"),
    "rego.metadata.chain": worded("this engine keeps no annotations"),
    "regex.template_match": worded(
        "this engine answers otherwise than OPA; use `regex.match`"
    ),
    "graph.reachable_paths": worded("this engine answers otherwise than OPA"),
    "json.match_schema": worded("a schema can point to other hosts"),
    "json.verify_schema": worded("a schema can point to other hosts"),
    "json.marshal_with_options": worded("use `json.marshal`"),
    "get_google_cloud_serverless_headers": worded("a policy may not hold credentials"),
}


def _read(table: str, *, risky: bool = False) -> dict[str, Builtin]:
    found = {}
    for line in table.strip().splitlines():
        name, arguments, result, *test = line.split(" ", 3)
        kinds = tuple(filter(None, arguments.split(",")))
        found[name] = Builtin(name, kinds, result, "".join(test), risky)
    return found


SERVED: Final = _read(_SERVED)
GUARDED: Final = {**_read(_PLAIN), **_read(_TESTED), **_read(_RISKY, risky=True)}
ALLOWED: Final = {**GUARDED, **SERVED}
# The last arguments of these may be left out.
OPTIONAL: Final = {"time.format": 1}
