"""Call a cluster's gateway all the time, and count what fails."""

import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from clusters import Mesh, eventually


class Load:
    """Calls the gateway all the time; `failed` has what was not answered with 200."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh, self._stop = mesh, threading.Event()
        self.called = 0
        self.failed: list[object] = []
        self._thread = threading.Thread(target=self._run)

    @contextmanager
    def on(self) -> Iterator["Load"]:
        self._url = self._mesh.gateway
        self._thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            self._thread.join()

    def more(self, calls: int = 50) -> None:
        """Wait until so many more have been answered."""
        wanted = self.called + calls
        assert eventually(lambda: self.called >= wanted, 60)

    def _run(self) -> None:
        while not self._stop.wait(0.02):
            self.called += 1
            try:
                with urllib.request.urlopen(f"{self._url}/productpage", timeout=10) as answer:
                    if answer.status != 200:
                        self.failed.append(answer.status)
            except OSError as error:
                self.failed.append(error)
