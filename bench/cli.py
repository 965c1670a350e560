"""How long a person waits for the command line itself."""

import subprocess
import sys
import time
from pathlib import Path

LATEEN = Path(sys.executable).parent / "lateen"


def run(rounds: int = 7) -> None:
    for arguments in (["--help"], ["get", "--help"], ["version"]):
        spent = [_timed([str(LATEEN), *arguments]) for _ in range(rounds)]
        bare = [_timed([sys.executable, "-c", "pass"]) for _ in range(rounds)]
        print(
            f"lateen {' '.join(arguments)}: median {_median(spent):.0f} ms, {_median(spent) / _median(bare):.1f} × a bare interpreter"
        )


def _timed(command: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - begun) * 1000


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
