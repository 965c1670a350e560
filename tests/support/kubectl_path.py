"""Find the real kubectl that tests drive."""

import subprocess
from functools import cache
from pathlib import Path

_SCRIPT = Path(__file__).parents[2] / "scripts" / "kubectl"


@cache
def find_kubectl() -> str | None:
    """The path of a kubectl that is new enough (see scripts/kubectl, which fetches one), or None."""
    found = subprocess.run([_SCRIPT, "--where"], capture_output=True, text=True, check=True, timeout=30)
    return found.stdout.strip() or None
