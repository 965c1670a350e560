"""The status that Istio's kinds share; a controller writes it, nobody is refused for it."""

from typing import Literal

from lateen.kinds.model import OpenModel, Timestamp


class Condition(OpenModel, frozen=True, kw_only=True):
    """One condition, as Kubernetes' controllers write them."""

    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""
    last_probe_time: Timestamp = ""
    last_transition_time: Timestamp = ""
    observed_generation: int | str = 0


class ValidationMessageType(OpenModel, frozen=True, kw_only=True):
    """Which finding a message is of."""

    name: str = ""
    code: str = ""


class ValidationMessage(OpenModel, frozen=True, kw_only=True):
    """What analysis says of the object."""

    documentation_url: str = ""
    level: Literal["UNKNOWN", "ERROR", "WARNING", "INFO"] = "UNKNOWN"
    type: ValidationMessageType | None = None


class IstioStatus(OpenModel, frozen=True, kw_only=True):
    """Status of an Istio object."""

    conditions: tuple[Condition, ...] = ()
    validation_messages: tuple[ValidationMessage, ...] = ()
    observed_generation: int | str = 0
