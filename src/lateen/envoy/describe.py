"""Show a resource to people: as plain data, with what is inside every Any, and without secrets."""

from typing import Any

from google.protobuf import json_format

from lateen.proto.descriptors import installed
from lateen.proto.resource import Resource
from lateen.proto.types import message_name

# Fields of the API that hold a DataSource which is secret: Envoy marks them `sensitive`.
_SECRET = frozenset(("private_key", "password", "pkcs12", "secret", "keys", "token_secret", "hmac_secret"))
_INLINE = frozenset(("inline_string", "inline_bytes"))


def describe(resource: Resource, type_url: str) -> dict[str, Any]:
    """Return a resource as its type's JSON mapping, with the names of fields as in Envoy's own dumps.

    Loads all of Envoy's descriptors when first called (0.1 s): for dumps and goldens, not for serving.
    """
    classes = installed()
    classes.load_all()
    decoded = classes.message(message_name(type_url)).FromString(resource.value())
    shown: dict[str, Any] = json_format.MessageToDict(
        decoded, preserving_proto_field_name=True, descriptor_pool=classes.pool
    )
    return {key: _redacted(value, False) for key, value in shown.items()}


def _redacted(value: Any, secret: bool) -> Any:
    if isinstance(value, list):
        return [_redacted(each, secret) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: "[redacted]" if secret and key in _INLINE else _redacted(each, key in _SECRET)
        for key, each in value.items()
    }
