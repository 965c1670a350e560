"""What a Kubernetes API answers when it refuses: a `Status`, as an exception."""

from collections.abc import Mapping
from typing import Any

import msgspec

from lateen.base.errors import LateenError


class ApiError(LateenError):
    """A refusal by the API server.

    `code` is the HTTP status, `reason` Kubernetes' word for it ("NotFound", "Conflict", "Expired" …),
    `details` the Status' details (kind, name, causes, retryAfterSeconds), {} when there are none.
    """

    def __init__(self, code: int, reason: str, message: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.details: Mapping[str, Any] = details or {}

    @property
    def gone(self) -> bool:
        """True when the resourceVersion is too old: list again."""
        return self.code == 410 or self.reason in ("Expired", "Gone")


def api_error(code: int, body: bytes) -> ApiError:
    """Read the body of a refused request; anything that is no `Status` becomes the message itself."""
    try:
        status = msgspec.json.decode(body)
    except msgspec.DecodeError:
        status = None
    if isinstance(status, dict) and status.get("kind") == "Status":
        return status_error(status, code)
    text = body[:500].decode("utf-8", "replace").strip()
    return ApiError(code, "", text or f"the server answered {code} without a body")


def status_error(status: Mapping[str, Any], code: int = 500) -> ApiError:
    """Turn a `Status` object (of a refused request, or of a watch's ERROR event) into an exception."""
    message = status.get("message") or f"the server answered {status.get('code', code)}"
    return ApiError(status.get("code") or code, status.get("reason") or "", message, status.get("details"))
