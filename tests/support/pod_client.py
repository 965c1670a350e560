"""A client inside a pod's namespaces, for as long as a test asks through it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).parents[1] / "e2e" / "apps" / "conformance_client.py"
_NOBODY = "65534"


class PodClient:
    """Asks as an application of the pod would: its network, files and names, an unprivileged user."""

    def __init__(self, pid: int) -> None:
        """`pid`: of a process of the pod's application."""
        inside = ["nsenter", "-t", str(pid), "-n", "-m", "-p", "-S", _NOBODY, "-G", _NOBODY, "--"]
        argv = [*inside, sys.executable, str(PROGRAM)]
        self._process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/")

    def ask(self, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The answers to requests that are sent at once."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(requests) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"the client ended with {self._process.wait()}"
        answers: list[dict[str, Any]] = json.loads(line)
        return answers

    def close(self) -> None:
        """End it."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()
