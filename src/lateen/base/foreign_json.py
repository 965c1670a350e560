"""JSON that somebody else wrote."""

import json
from typing import Any


def read_json(text: str | bytes) -> Any:
    """Return the value; raises ValueError for whatever cannot be read, also what is nested too deep."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deep") from None
