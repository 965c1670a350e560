"""Code of users that a proxy runs on what passes through it."""

from typing import Literal

from msgspec import Struct

from lateen.base.refs import Origin

Phase = Literal["AUTHN", "AUTHZ", "STATS", "UNSPECIFIED"]


class Script(Struct, frozen=True, kw_only=True, gc=False):
    """A Lua script; it stands before what its `phase` names, "UNSPECIFIED": before the router."""

    name: str
    code: str
    phase: Phase = "UNSPECIFIED"
    origin: Origin = Origin()


class ModulePlace(Struct, frozen=True, kw_only=True, gc=False):
    """Where the module `name`, which is delivered apart, runs. `fails_open`: what it should see passes without it
    where it cannot be loaded."""

    name: str
    phase: Phase = "UNSPECIFIED"
    fails_open: bool = False
    origin: Origin = Origin()


class Code(Struct, frozen=True, eq=False, gc=False):
    """A WebAssembly module's bytes; `digest` (SHA-256, in hex) stands for them."""

    digest: str
    content: bytes

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Code) and other.digest == self.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"Code({self.digest}, {len(self.content)} bytes)"


class Module(Struct, frozen=True, kw_only=True, gc=False):
    """What runs wherever a chain has a `ModulePlace` of its name. Its code is `code`, or the file `path` of the
    proxy's; neither: it is not there, and what it should see passes if `on_failure` says so, or is refused.

    `bytes_only`: it sees bytes, and no requests. `root`: the plug-in in the module that runs, "" = its only one.
    `settings`: what it is told, JSON, None = nothing. `environment`: of values, `inherited`: of the proxy's own.
    """

    name: str
    code: Code | None = None
    path: str = ""
    bytes_only: bool = False
    root: str = ""
    settings: str | None = None
    on_failure: Literal["FAIL_CLOSED", "FAIL_OPEN", "FAIL_RELOAD"] = "FAIL_CLOSED"
    environment: tuple[tuple[str, str], ...] = ()
    inherited: tuple[str, ...] = ()
    origin: Origin = Origin()
