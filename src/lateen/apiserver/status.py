"""Refuse a request as Kubernetes does: a `Status` with code, reason, details and causes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lateen.base.errors import Fault, LateenError

# https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    406: "NotAcceptable",
    409: "Conflict",
    410: "Expired",
    413: "RequestEntityTooLarge",
    415: "UnsupportedMediaType",
    422: "Invalid",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
    504: "Timeout",
    507: "InsufficientStorage",
}


class Refusal(LateenError):
    """A request that is not carried out; becomes the answer's `Status`. Nothing was changed."""

    def __init__(self, code: int, message: str, *, reason: str = "", details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason or REASONS.get(code, "Unknown")
        self.details = dict(details or {})

    def status(self) -> dict[str, Any]:
        """The `Status` object to answer with."""
        status: dict[str, Any] = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": str(self),
            "reason": self.reason,
            "code": self.code,
        }
        if self.details or self.code == 404:  # `kubectl debug` reads the details of a 404 without looking first
            status["details"] = self.details
        return status


def success(details: Mapping[str, Any]) -> dict[str, Any]:
    """The `Status` that tells of a completed deletion."""
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": dict(details)}


def resource_name(plural: str, group: str) -> str:
    """A resource as Kubernetes' messages name it: `pods`, `deployments.apps`."""
    return f"{plural}.{group}" if group else plural


def _details(group: str, plural: str, name: str) -> dict[str, Any]:
    details = {"name": name, "group": group, "kind": plural}
    return {field: value for field, value in details.items() if value}


def not_found(group: str, plural: str, name: str) -> Refusal:
    """404: no such object."""
    message = f'{resource_name(plural, group)} "{name}" not found'
    return Refusal(404, message, details=_details(group, plural, name))


def unknown_path() -> Refusal:
    """404: no such resource or path at all."""
    return Refusal(404, "the server could not find the requested resource")


def already_exists(group: str, plural: str, name: str) -> Refusal:
    """409: the name is taken."""
    message = f'{resource_name(plural, group)} "{name}" already exists'
    return Refusal(409, message, reason="AlreadyExists", details=_details(group, plural, name))


def conflict(group: str, plural: str, name: str, why: str) -> Refusal:
    """409: the object is not (or no longer) what the request says it is."""
    message = f'Operation cannot be fulfilled on {resource_name(plural, group)} "{name}": {why}'
    return Refusal(409, message, details=_details(group, plural, name))


def forbidden(group: str, plural: str, name: str, why: str) -> Refusal:
    """403: not allowed, by authorization or by admission."""
    quoted = f' "{name}"' if name else ""
    message = f"{resource_name(plural, group)}{quoted} is forbidden: {why}"
    return Refusal(403, message, details=_details(group, plural, name))


def bad_request(message: str) -> Refusal:
    """400: the request itself cannot be understood."""
    return Refusal(400, message)


def expired(revision: int, floor: int) -> Refusal:
    """410: the history does not reach back to `revision`."""
    return Refusal(410, f"too old resource version: {revision} ({floor})")


def invalid(group: str, kind: str, name: str, causes: Sequence[Mapping[str, str]]) -> Refusal:
    """422: the object breaks rules; every one is a cause {reason, message, field}."""
    told = [f"{cause['field']}: {cause['message']}" if cause.get("field") else cause["message"] for cause in causes]
    listed = told[0] if len(told) == 1 else "[" + ", ".join(told) + "]"
    subject = f"{kind}.{group}" if group else kind
    details = _details(group, kind, name) | {"causes": [dict(cause) for cause in causes]}
    return Refusal(422, f'{subject} "{name}" is invalid: {listed}', details=details)


def fault_causes(faults: Iterable[Fault]) -> list[dict[str, str]]:
    """Turn faults of an object into the causes of a 422."""
    return [_cause(fault) for fault in faults if fault.severity == "error"]


def _cause(fault: Fault) -> dict[str, str]:
    message = f"{fault.message} ({fault.fix})" if fault.fix else fault.message
    return {"reason": "FieldValueInvalid", "message": message, "field": fault.path}
