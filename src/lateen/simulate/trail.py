"""What has been decided on a call's way so far."""

from typing import Any

from msgspec.structs import replace

from lateen.base.refs import Origin
from lateen.simulate.call import Failure, Outcome, Step

_NOWHERE = Origin()


class Trail:
    """Collects the steps and the outcome of one call."""

    def __init__(self) -> None:
        self._steps: list[Step] = []
        self._outcome = Outcome()

    def step(self, stage: Any, name: str, why: str, origin: Origin = _NOWHERE, **decided: Any) -> None:
        """Note a decision, with what of the outcome it decides."""
        self._steps.append(Step(stage, name, why, origin))
        self._outcome = replace(self._outcome, **decided)

    def fail(self, stage: Any, failure: Failure, why: str, **decided: Any) -> None:
        """Note that the call ends here."""
        self.step(stage, "", why, failure=failure, **decided)

    @property
    def outcome(self) -> Outcome:
        """What became of the call."""
        return replace(self._outcome, steps=tuple(self._steps))
