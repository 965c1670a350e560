"""Log in by an external command, as kubectl does.

https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
"""

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from lateen.base.clock import Clock, SystemClock
from lateen.base.errors import LateenError
from lateen.base.redacted import Redacted
from lateen.sources.proof import Pair, Proof

API_VERSIONS = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")
PATIENCE = 60.0
"""Seconds that a command which asks nobody may take."""

Raw = dict[str, Any]


@dataclass(frozen=True)
class Command:
    """What to run. `environment` is everything it sees; `cluster` is told to it, {} = not; `interactive`: Never,
    IfAvailable or Always."""

    path: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    api_version: str
    interactive: str = "IfAvailable"
    install_hint: str = ""
    cluster: Mapping[str, Any] | None = None


class ExecPlugin:
    """Runs the command when there is no proof, when it has expired, and when the server refused it."""

    def __init__(self, command: Command, clock: Clock | None = None) -> None:
        self._command = command
        self._clock = clock or SystemClock()
        self._proof: Proof | None = None
        self._expires = float("inf")
        self._running = asyncio.Lock()

    async def current(self) -> Proof:
        """Return the proof, of a new run where needed; raises LateenError that says why there is none."""
        async with self._running:  # many requests, one run
            if self._proof is None or self._clock.now() >= self._expires:
                self._proof, self._expires = self._read(await self._run())
            return self._proof

    def refused(self, proof: Proof) -> bool:
        """Forget the proof, unless there is a newer one already."""
        if self._proof == proof:
            self._proof = None
        return True

    async def _run(self) -> bytes:
        command, interactive = self._command, self._interactive()
        try:
            process = await asyncio.create_subprocess_exec(
                command.path,
                *command.arguments,
                env={**command.environment, "KUBERNETES_EXEC_INFO": self._info(interactive)},
                stdin=None if interactive else asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=None if interactive else asyncio.subprocess.PIPE,
            )
        except OSError as error:
            raise self._failed(f"cannot be run: {error.strerror}", command.install_hint) from None
        try:
            async with asyncio.timeout(None if interactive else PATIENCE):
                out, said = await process.communicate()
        except TimeoutError:
            raise self._failed(f"took more than {PATIENCE:g} s") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            last = (said or b"").decode(errors="replace").strip().rpartition("\n")[2]
            raise self._failed(f"ended with status {process.returncode}{f': {last}' if last else ''}")
        return out

    def _interactive(self) -> bool:
        terminal = sys.stdin is not None and sys.stdin.isatty()
        if self._command.interactive == "Always" and not terminal:
            raise self._failed("needs a terminal (interactiveMode: Always)", "log in where there is one")
        return terminal and self._command.interactive != "Never"

    def _info(self, interactive: bool) -> str:
        spec: Raw = {"interactive": interactive}
        if self._command.cluster is not None:
            spec["cluster"] = self._command.cluster
        info = {"apiVersion": self._command.api_version, "kind": "ExecCredential", "spec": spec}
        return msgspec.json.encode(info).decode()

    def _read(self, out: bytes) -> tuple[Proof, float]:
        """Read an ExecCredential; nothing of what it says goes into an error."""
        try:
            found = msgspec.json.decode(out, type=_Credential)
        except msgspec.DecodeError:
            raise self._failed("did not print an ExecCredential") from None
        if found.kind != "ExecCredential" or found.api_version != self._command.api_version:
            raise self._failed(f"printed no ExecCredential of {self._command.api_version}")
        status = found.status
        token = Redacted(status.token.encode()) if status.token else None
        if bool(status.client_certificate_data) != bool(status.client_key_data):
            raise self._failed("printed a certificate without its key, or a key without its certificate")
        pair = None
        if status.client_certificate_data:
            pair = Pair(status.client_certificate_data.encode(), Redacted(status.client_key_data.encode()))
        if token is None and pair is None:
            raise self._failed("printed neither a token nor a client certificate")
        return Proof(token, pair), self._expiry(status.expiration_timestamp)

    def _expiry(self, text: str) -> float:
        try:
            return datetime.fromisoformat(text).timestamp() if text else float("inf")
        except ValueError:
            raise self._failed(f"printed an expirationTimestamp that is no time: {text!r}") from None

    def _failed(self, what: str, fix: str = "") -> LateenError:
        return LateenError(f"the kubeconfig's login command {self._command.path!r} {what}", fix)


class _Status(msgspec.Struct, rename="camel"):
    token: str = ""
    client_certificate_data: str = ""
    client_key_data: str = ""
    expiration_timestamp: str = ""

    def __repr__(self) -> str:
        return "[redacted]"


class _Credential(msgspec.Struct, rename="camel"):
    api_version: str
    kind: str
    status: _Status


def command_of(
    entry: Mapping[str, Any], cluster: Mapping[str, Any], folder: Path, environment: Mapping[str, str]
) -> Command:
    """Read a kubeconfig's `exec` entry; raises LateenError naming the field that is wrong."""
    path, version = entry.get("command") or "", entry.get("apiVersion") or ""
    mode = entry.get("interactiveMode") or ("" if version == API_VERSIONS[0] else "IfAvailable")
    if not path:
        raise LateenError("the user's exec entry has no command", "name the command that logs in")
    if version not in API_VERSIONS:
        raise LateenError(f"the user's exec entry has apiVersion {version!r}", f"known are: {', '.join(API_VERSIONS)}")
    if mode not in ("Never", "IfAvailable", "Always"):
        raise LateenError(f"the user's exec entry has interactiveMode {mode!r}", "write Never, IfAvailable or Always")
    if "/" in path and not Path(path).is_absolute():
        path = str(folder / path)
    more = {str(each["name"]): str(each.get("value", "")) for each in entry.get("env") or ()}
    return Command(
        path,
        tuple(map(str, entry.get("args") or ())),
        {**environment, **more},
        version,
        mode,
        entry.get("installHint") or "",
        cluster if entry.get("provideClusterInfo") else None,
    )
