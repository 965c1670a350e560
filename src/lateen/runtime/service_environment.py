"""The environment variables by which a container finds services: the API server's always, its namespace's by default.

https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from lateen.base.refs import Key

Json = Mapping[str, Any]

API_SERVER = Key("default", "kubernetes")


async def visible_services(pod: Json, services: Callable[[str], Awaitable[Iterable[Json]]]) -> dict[str, str]:
    """The variables for a pod; `services` finds those of a namespace. Its own `kubernetes` hides the API server's."""
    own = pod["metadata"]["namespace"]
    seen = [raw for raw in await services(API_SERVER.namespace) if raw["metadata"]["name"] == API_SERVER.name]
    if pod["spec"].get("enableServiceLinks", True):
        seen += await services(own)
    return service_environment(seen)


def service_environment(services: Iterable[Json]) -> dict[str, str]:
    """The variables for services with an address of their own; the later of two with one name counts."""
    env: dict[str, str] = {}
    for service in services:
        address = service["spec"].get("clusterIP") or "None"
        if address != "None" and service["spec"].get("ports"):
            env |= _variables(_constant(service["metadata"]["name"]), address, service["spec"]["ports"])
    return env


def _variables(name: str, address: str, ports: list[Json]) -> dict[str, str]:
    env = {f"{name}_SERVICE_HOST": address, f"{name}_SERVICE_PORT": str(ports[0]["port"])}
    env |= {f"{name}_SERVICE_PORT_{_constant(port['name'])}": str(port["port"]) for port in ports if port.get("name")}
    env[f"{name}_PORT"] = _url(address, ports[0])
    for port in ports:
        protocol = port.get("protocol", "TCP")
        prefix = f"{name}_PORT_{port['port']}_{protocol}"
        env[prefix] = _url(address, port)
        env |= {f"{prefix}_PROTO": protocol.lower(), f"{prefix}_PORT": str(port["port"]), f"{prefix}_ADDR": address}
    return env


def _url(address: str, port: Json) -> str:
    return f"{port.get('protocol', 'TCP').lower()}://{address}:{port['port']}"


def _constant(name: str) -> str:
    return name.upper().replace("-", "_")
