"""Keys of ConfigMaps and Secrets."""

import re
from collections.abc import Iterable, Iterator

from lateen.base.errors import Fault
from lateen.kinds.paths import join

_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")


def key_faults(path: str, keys: Iterable[str]) -> Iterator[Fault]:
    """Yield a fault for every key that could not be a file's name."""
    for key in keys:
        if _KEY.fullmatch(key) is None or key in (".", ".."):
            yield Fault(join(path, key), f'"{key}" is not a key: letters, digits, "-", "_" and "."')
