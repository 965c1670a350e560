"""Refuse options of requests as Kubernetes does: a 422 whose cause names the option."""

from typing import Literal

from lateen.apiserver.status import Refusal, invalid

Options = Literal["CreateOptions", "UpdateOptions", "PatchOptions", "DeleteOptions", "ListOptions"]
OF_METHOD: dict[str, Options] = {
    "POST": "CreateOptions",
    "PUT": "UpdateOptions",
    "PATCH": "PatchOptions",
    "DELETE": "DeleteOptions",
}


def refused(options: Options, option: str, reason: str, message: str) -> Refusal:
    """The refusal of one option; `reason` as in the causes of a `Status`."""
    return invalid("meta.k8s.io", options, "", [{"reason": reason, "message": message, "field": option}])


def forbidden_option(options: Options, option: str, why: str) -> Refusal:
    """An option that must not stand here."""
    return refused(options, option, "FieldValueForbidden", f"Forbidden: {why}")


def unsupported(options: Options, option: str, value: str, *legal: str) -> Refusal:
    """An option whose value is none of the legal ones."""
    told = ", ".join(f'"{each}"' for each in legal)
    message = f'Unsupported value: "{value}": supported values: {told}'
    return refused(options, option, "FieldValueNotSupported", message)
