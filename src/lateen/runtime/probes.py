"""Carry out one probe of a container: HTTP, TCP, exec or gRPC."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

from lateen.runtime.grpc_health import serving
from lateen.runtime.inside import Inside

# Runs a command in the container's sandbox and returns its exit code.
Exec = Callable[[Sequence[str]], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Timing:
    """When to probe; seconds and counts, with Kubernetes' defaults."""

    initial_delay: float = 0
    period: float = 10
    timeout: float = 1
    successes: int = 1
    failures: int = 3

    @classmethod
    def of(cls, probe: Mapping[str, Any]) -> "Timing":
        return cls(
            probe.get("initialDelaySeconds") or 0,
            probe.get("periodSeconds") or 10,
            probe.get("timeoutSeconds") or 1,
            probe.get("successThreshold") or 1,
            probe.get("failureThreshold") or 3,
        )


@dataclass(frozen=True, slots=True)
class Target:
    """What is probed: a container of a pod."""

    container: Mapping[str, Any]
    network: Callable[[], Inside | None]
    exec: Exec

    @property
    def inside(self) -> Inside:
        """The pod's network. Raises ConnectionError when it has none."""
        if (inside := self.network()) is None:
            raise ConnectionError("the pod has no network")
        return inside

    def port(self, value: int | str) -> int:
        """Resolve a port's number or name. Raises ValueError for a name that the container does not have."""
        if isinstance(value, int) or value.isdecimal():
            return int(value)
        for port in self.container.get("ports") or ():
            if port.get("name") == value:
                return int(port["containerPort"])
        raise ValueError(f"the container has no port named {value!r}")


async def probe(spec: Mapping[str, Any], target: Target) -> str:
    """Probe once (also a lifecycle hook's handler). Returns "" when it succeeded, else what went wrong."""
    seconds = Timing.of(spec).timeout
    try:
        async with asyncio.timeout(seconds):
            return await _try(spec, target, seconds)
    except TimeoutError:
        return f"no answer within {seconds:g} s"
    except (OSError, aiohttp.ClientError, ValueError, EOFError) as error:
        return str(error) or type(error).__name__


async def _try(spec: Mapping[str, Any], target: Target, seconds: float) -> str:
    if (http := spec.get("httpGet")) is not None:
        return await _http(http, target, seconds)
    if (tcp := spec.get("tcpSocket")) is not None:
        (await target.inside.connect(tcp.get("host", ""), target.port(tcp["port"]))).close()
        return ""
    if (command := spec.get("exec")) is not None:
        code = await target.exec(command["command"])
        return "" if code == 0 else f"the command ended with {code}"
    if (grpc := spec.get("grpc")) is not None:
        connected = await target.inside.connect("", target.port(grpc["port"]))
        return "" if await serving(connected, grpc.get("service") or "") else "the server is not SERVING"
    raise ValueError("it says neither httpGet nor tcpSocket nor exec nor grpc")


async def _http(spec: Mapping[str, Any], target: Target, seconds: float) -> str:
    scheme, path = spec.get("scheme", "HTTP").lower(), spec.get("path") or "/"
    host = spec.get("host") or target.inside.ip
    url = f"{scheme}://{host}:{target.port(spec['port'])}/{path.removeprefix('/')}"
    headers = {"User-Agent": "kube-probe/lateen", "Accept": "*/*"}
    headers |= {item["name"]: item["value"] for item in spec.get("httpHeaders") or ()}
    status, _ = await target.inside.http("GET", url, headers=headers, seconds=seconds)
    return "" if 200 <= status < 400 else f"HTTP status {status}"
