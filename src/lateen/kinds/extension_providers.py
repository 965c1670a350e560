"""The extension providers of a MeshConfig: where logs, traces and requests for a decision go.

https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ExtensionProvider
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lateen.base.errors import Fault
from lateen.kinds.addresses import is_ip
from lateen.kinds.hosts import is_dns_name
from lateen.kinds.names import is_label

# The kinds of provider that are reached over the network, at `service` and `port`.
_SERVED = (
    "envoyExtAuthzHttp", "envoyExtAuthzGrpc", "zipkin", "datadog", "skywalking", "opencensus", "opentelemetry",
    "envoyHttpAls", "envoyTcpAls", "envoyOtelAls",
)  # fmt: skip
_LIGHTSTEP = "lightstep"


def extension_provider_faults(path: str, providers: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    """Yield what is wrong with providers."""
    names = [provider.get("name") for provider in providers]
    for index, provider in enumerate(providers):
        place = f"{path}[{index}]"
        if not provider.get("name"):
            yield Fault(f"{place}.name", "is required")
        elif provider["name"] in names[:index]:
            yield Fault(f"{place}.name", f'"{provider["name"]}" stands here twice')
        if _LIGHTSTEP in provider:
            fix = "use opentelemetry: Lightstep takes its protocol"
            yield Fault(f"{place}.{_LIGHTSTEP}", "is no longer supported", fix)
        for kind in _SERVED:
            if isinstance(settings := provider.get(kind), Mapping):
                yield from _served_faults(f"{place}.{kind}", settings)


def _served_faults(path: str, settings: Mapping[str, Any]) -> Iterator[Fault]:
    service, port = settings.get("service"), settings.get("port")
    if not service:
        yield Fault(f"{path}.service", "is required: [namespace/]host")
    elif not _is_service(str(service)):
        yield Fault(f"{path}.service", f'"{service}" is not [namespace/]host', "the port stands in the field port")
    if not isinstance(port, int) or not 1 <= port <= 65535:
        yield Fault(f"{path}.port", "is required: 1 to 65535")
    if "grpc" in settings and "http" in settings:
        yield Fault(path, "has http and grpc, and can be reached by one of them", "remove one")


def _is_service(text: str) -> bool:
    namespace, slash, host = text.rpartition("/")
    return (not slash or is_label(namespace)) and (is_ip(host) or is_dns_name(host))
