"""Issuers of tokens that stand outside the mesh."""

import subprocess
from pathlib import Path

from mesh import ROOT, Mesh
from tokens import Issuer

ME = "https://auth.example.com"


class Provider:
    """An issuer outside the mesh, at an address of its own; up between `start` and `stop`."""

    def __init__(self, mesh: Mesh, name: str, address: str, folder: Path) -> None:
        self.issuer = Issuer(ME)
        self.keys = folder / f"{name}.json"
        self.keys.write_text(self.issuer.jwks)
        self.url = f"http://{address}:8080/keys"
        self._mesh, self._name = mesh, name
        self._process: subprocess.Popen[bytes] | None = None
        mesh.lateen("internal", "add-host", name, address)

    def start(self) -> None:
        network = f"--net=/run/netns/lateen-{self._mesh.name}-{self._name}"
        command = ["nsenter", network, "/usr/bin/python3", ROOT / "tests/e2e/apps/idp.py"]
        self._process = subprocess.Popen(command, env={"KEYS": str(self.keys)}, stderr=subprocess.DEVNULL)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None
