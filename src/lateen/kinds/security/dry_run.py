"""The annotation that lets an AuthorizationPolicy only tell what it would do.

https://istio.io/latest/docs/tasks/security/authorization/authz-dry-run/
"""

from collections.abc import Iterator, Mapping

from lateen.base.errors import Fault
from lateen.kinds.paths import join

DRY_RUN = "istio.io/dry-run"
_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_BOOLEANS = _TRUE | {"0", "f", "F", "FALSE", "false", "False"}


def is_dry_run(annotations: Mapping[str, str]) -> bool:
    """Say whether a policy only tells what it would do."""
    return annotations.get(DRY_RUN) in _TRUE


def dry_run_faults(annotations: Mapping[str, str]) -> Iterator[Fault]:
    """Yield a fault unless the annotation, where it stands, is true or false."""
    value = annotations.get(DRY_RUN)
    if value is not None and value not in _BOOLEANS:
        yield Fault(join("metadata.annotations", DRY_RUN), f'"{value}" is neither true nor false')
