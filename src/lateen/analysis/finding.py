"""What an analyzer found: a code, the object that it is about, and where in it."""

from typing import Any

from msgspec import Struct

from lateen.analysis.messages import LEVELS, MESSAGES, Level, text_of
from lateen.analysis.resource import Resource

DOCUMENTATION = "https://istio.io/latest/docs/reference/config/analysis"


class Finding(Struct, frozen=True, eq=False):
    """`arguments` fill the code's text; `path`: the field, "" = the whole object; `fix`: how to mend it, may be ""."""

    code: str
    resource: Resource
    arguments: tuple[Any, ...] = ()
    path: str = ""
    fix: str = ""

    @property
    def level(self) -> Level:
        """How bad it is."""
        return MESSAGES[self.code].level

    @property
    def text(self) -> str:
        """What is wrong."""
        return text_of(self.code, self.arguments)

    @property
    def documentation(self) -> str:
        """Where causes and resolutions are explained."""
        return (
            f"{DOCUMENTATION}/{self.code.lower()}/" if self.code.startswith("IST") else f"docs/findings.md#{self.code}"
        )

    def at_least(self, level: Level) -> bool:
        """Say whether it is as bad as `level`, or worse."""
        return LEVELS.index(self.level) >= LEVELS.index(level)

    def __str__(self) -> str:
        place = " ".join(part for part in (str(self.resource), self.resource.reference(self.path)) if part)
        return f"{self.level} [{self.code}] ({place}) {self.text}"
