"""The table of settings as JSON Schema, for the API's description."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension

from routes.settings_table import LISTS, TABLE, Kind, Setting
from routes.validation.secrets import MASK

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_ITEMS: Schema = {"type": "array", "items": _TEXT}
_MAP: Schema = {"type": "object", "additionalProperties": _TEXT}
_SIMPLE: dict[Kind, Schema] = {
    Kind.BOOL: {"type": "boolean"},
    Kind.TRISTATE: {"type": "boolean"},
    Kind.INTEGER: {"type": "integer"},
    Kind.HEADER_MAP: _MAP,
    Kind.STRING_MAP: _MAP,
    Kind.FREE: {},
    Kind.POLICY_TEXT: {},
}
LARGEST_EXACT = 2**53


def schema_of(setting: Setting) -> Schema:
    """Return the schema of one setting."""
    schema: Schema
    if setting.kind is Kind.OBJECT:
        schema = _object(setting.fields)
    elif setting.kind is Kind.OBJECT_LIST:
        schema = {"type": "array", "items": _object(setting.fields)}
    elif setting.kind in LISTS:
        schema = dict(_ITEMS)
    else:
        schema = dict(_SIMPLE.get(setting.kind, _TEXT))
    add_bounds = _BOUNDS.get(schema.get("type", ""))
    if add_bounds is not None:
        add_bounds(schema, setting)
    schema["description"] = _description(setting)
    return schema


def _object(fields: tuple[Setting, ...]) -> Schema:
    schema: Schema = {
        "type": "object",
        "properties": {field.key: schema_of(field) for field in fields},
        "additionalProperties": False,
    }
    required = [field.key for field in fields if field.required]
    return {**schema, "required": required} if required else schema


def _text_bounds(schema: Schema, setting: Setting) -> None:
    if setting.maximum is not None:
        schema["maxLength"] = setting.maximum
    if setting.choices:
        schema["enum"] = [choice.value for choice in setting.choices]


def _integer_bounds(schema: Schema, setting: Setting) -> None:
    # Larger bounds than JSON's exact integers say nothing to a reader.
    if setting.minimum is not None and abs(setting.minimum) < LARGEST_EXACT:
        schema["minimum"] = setting.minimum
    if setting.maximum is not None and setting.maximum < LARGEST_EXACT:
        schema["maximum"] = setting.maximum
    if setting.choices:
        schema["enum"] = [int(choice.value) for choice in setting.choices]


def _count_bounds(schema: Schema, setting: Setting) -> None:
    if setting.maximum is not None:
        schema["maxItems"] = setting.maximum


_BOUNDS: dict[str, Callable[[Schema, Setting], None]] = {
    "string": _text_bounds,
    "integer": _integer_bounds,
    "array": _count_bounds,
}


def _description(setting: Setting) -> str:
    text = f"{setting.label}. {setting.explanation}"
    if setting.unset:
        text += f" Unset: {setting.unset}."
    if setting.secret or setting.secret_entries:
        what = "The value is" if setting.secret else "Values of credentials are"
        text += (
            f" {what} shown as `{MASK}` with a fingerprint; sent back like that, "
            "it stays."
        )
    return text


def settings_schema() -> Schema:
    """Return the schema of a route's settings; the name is beside them."""
    return {
        "type": "object",
        "description": (
            "Settings by the keys of Pomerium Core's configuration file. What is not "
            "set is left out."
        ),
        "properties": {
            setting.key: schema_of(setting)
            for setting in TABLE
            if setting.key != "name"
        },
    }


class RouteSettingsExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """Gives the settings one schema of their own, `RouteSettings`."""

    target_class = "routes.api.serializers.RouteSettingsField"

    def get_name(self) -> str:
        """Name the component."""
        return "RouteSettings"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> Schema:
        """Return the schema, whether it is read or written."""
        return settings_schema()
