"""The annotation that lets an AuthorizationPolicy only tell what it would do.

https://istio.io/latest/docs/tasks/security/authorization/authz-dry-run/
"""

from collections.abc import Iterator, Mapping

from lateen.base.errors import Fault
from lateen.kinds.paths import join

DRY_RUN = "istio.io/dry-run"
_BOOLEANS = frozenset({"1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"})


def dry_run_faults(annotations: Mapping[str, str]) -> Iterator[Fault]:
    """Yield a fault unless the annotation, where it stands, is true or false."""
    value = annotations.get(DRY_RUN)
    if value is not None and value not in _BOOLEANS:
        yield Fault(join("metadata.annotations", DRY_RUN), f'"{value}" is neither true nor false')
