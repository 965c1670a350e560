"""What is known and not to be told: `IST0102=Namespace frontend`, with wildcards, or an object's own annotation."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import NamedTuple

from lateen.analysis.finding import Finding
from lateen.base.errors import LateenError

ANNOTATION = "galley.istio.io/analyze-suppress"


class Suppression(NamedTuple):
    """A code, and the objects whose findings of it are not told: `Kind name.namespace`, `Kind name` without one."""

    code: str
    objects: str

    @classmethod
    def parse(cls, text: str) -> "Suppression":
        """Read `CODE=Kind name.namespace`. Raises LateenError."""
        code, equals, objects = text.partition("=")
        if not equals or not code.strip() or not objects.strip():
            raise LateenError(f"{text!r} is not a suppression", 'write it as "IST0102=Namespace frontend"')
        return cls(code.strip(), objects.strip())

    def hides(self, finding: Finding) -> bool:
        """Whether a finding is one of these."""
        resource = finding.resource
        name = ".".join(part for part in (resource.name, resource.namespace) if part)
        said = f"{resource.raw.get('kind', '')} {name}"
        return self.code in ("*", finding.code) and fnmatchcase(said, self.objects)


def told(findings: Iterable[Finding], suppressions: Iterable[Suppression]) -> list[Finding]:
    """The findings that nobody asked not to be told of."""
    listed = list(suppressions)
    return [each for each in findings if not _by_annotation(each) and not any(one.hides(each) for one in listed)]


def _by_annotation(finding: Finding) -> bool:
    said = finding.resource.annotations.get(ANNOTATION, "")
    return bool({"*", finding.code} & {code.strip() for code in said.split(",")})
