"""Objects as YAML documents."""

from collections.abc import Iterable
from typing import Any

import yaml

_DUMPER: type[yaml.SafeDumper] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _WholeDumper(_DUMPER):  # type: ignore[misc,valid-type]
    """Writes what stands in two places twice, for people and tools that know no anchors."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def written(objects: Iterable[dict[str, Any]]) -> str:
    """Return documents of YAML, without anchors."""
    text: str = yaml.dump_all(objects, Dumper=_WholeDumper, sort_keys=False, width=120)
    return text
