"""Run nft, the one tool that writes packet rules, in a namespace."""

import shutil
import subprocess
from functools import cache
from pathlib import Path

from lateen.base.errors import LateenError
from lateen.runtime.netns import call_in

_PLACES = "/usr/sbin:/sbin:/usr/local/sbin:/usr/bin:/bin:/usr/local/bin"


@cache
def program() -> str:
    """The path of nft. Raises LateenError."""
    found = shutil.which("nft", path=_PLACES)
    if found is None:
        raise LateenError("the program nft is missing", "apt-get install nftables")
    return found


def apply_rules(path: Path, rules: str) -> None:
    """Load a ruleset in the namespace, all or nothing; blocks for some milliseconds. Raises LateenError."""
    call_in(path, lambda: load_rules(rules))


def load_rules(rules: str) -> None:
    """The same in this thread's own namespace."""
    done = subprocess.run([program(), "-f", "-"], input=rules.encode(), capture_output=True, check=False)
    if done.returncode:
        raise LateenError(f"nft refused the rules: {done.stderr.decode().strip()}")


def list_rules(path: Path) -> str:
    """The namespace's whole ruleset as text."""
    command = [program(), "list", "ruleset"]
    return call_in(path, lambda: subprocess.run(command, capture_output=True, check=True)).stdout.decode()
