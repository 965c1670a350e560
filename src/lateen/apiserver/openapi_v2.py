"""An OpenAPI v2 document that describes no kind.

kubectl asks for it when it finds an object's kind in no OpenAPI v3 document; from this one it learns that there is
nothing else, and says that the kind is not served. Without it, it says that a download has failed.
"""

import json
from typing import Final

PROTOBUF: Final = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
JSON: Final = "application/json"

_INFO: Final = {"title": "Kubernetes", "version": "v1.32.0"}


def document(accept: str) -> tuple[bytes, str]:
    """The document and its media type, in the form that the Accept header asks for."""
    if "proto-openapi.spec.v2" in accept:
        # openapi.v2.Document: swagger = 1, info = 2; Info: title = 1, version = 2.
        info = _field(1, _INFO["title"].encode()) + _field(2, _INFO["version"].encode())
        return _field(1, b"2.0") + _field(2, info), PROTOBUF
    described = {"swagger": "2.0", "info": _INFO, "paths": {}, "definitions": {}}
    return json.dumps(described).encode(), JSON


def _field(number: int, payload: bytes) -> bytes:
    """A length-delimited protobuf field of at most 127 bytes."""
    return bytes((number << 3 | 2, len(payload))) + payload
