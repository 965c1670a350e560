"""Which requests an HTTP rule of a VirtualService is for."""

from collections.abc import Iterator, Mapping

from lateen.base.errors import Fault
from lateen.kinds.header_names import header_name_faults
from lateen.kinds.label_selector import label_faults
from lateen.kinds.model import Model, Uint32
from lateen.kinds.names import is_label
from lateen.kinds.networking.gateway_names import gateway_faults
from lateen.kinds.networking.string_match import StringMatch, match_faults
from lateen.kinds.numbers import port_faults
from lateen.kinds.paths import join

# Claims of a validated token, as headers that no client can send. They exist only at gateways.
CLAIMS = "@request.auth.claims"


class HTTPMatchRequest(Model, frozen=True, kw_only=True):
    """All of it must hold. `without_headers`: none of them may match. `port`: where it was sent to."""

    name: str = ""
    uri: StringMatch | None = None
    scheme: StringMatch | None = None
    method: StringMatch | None = None
    authority: StringMatch | None = None
    headers: Mapping[str, StringMatch] = {}
    without_headers: Mapping[str, StringMatch] = {}
    query_params: Mapping[str, StringMatch] = {}
    ignore_uri_case: bool = False
    port: Uint32 | None = None
    source_labels: Mapping[str, str] = {}
    source_namespace: str = ""
    gateways: tuple[str, ...] = ()
    stat_prefix: str = ""


def http_match_faults(path: str, match: HTTPMatchRequest) -> Iterator[Fault]:
    """Yield what is wrong with a match."""
    for name, text in (("scheme", match.scheme), ("method", match.method), ("authority", match.authority)):
        if text is not None:
            yield from match_faults(f"{path}.{name}", text)
    if match.uri is not None:
        yield from match_faults(f"{path}.uri", match.uri, empty_prefix=True)
    if match.headers:
        yield from _header_faults(f"{path}.headers", match.headers)
    if match.without_headers:
        yield from _header_faults(f"{path}.withoutHeaders", match.without_headers)
    for name, text in match.query_params.items():
        yield from match_faults(join(f"{path}.queryParams", name), text)
    if match.port is not None:
        yield from port_faults(f"{path}.port", match.port)
    yield from source_faults(path, match.source_namespace, match.source_labels, match.gateways)


def source_faults(path: str, namespace: str, labels: Mapping[str, str], gateways: tuple[str, ...]) -> Iterator[Fault]:
    """Yield what is wrong with where a request or connection must come from."""
    if namespace and not is_label(namespace):
        yield Fault(f"{path}.sourceNamespace", f'"{namespace}" is not a namespace')
    if labels:
        yield from label_faults(f"{path}.sourceLabels", labels)
    if gateways:
        yield from gateway_faults(f"{path}.gateways", gateways)


def _header_faults(path: str, headers: Mapping[str, StringMatch]) -> Iterator[Fault]:
    for name, text in headers.items():
        if not name.startswith(CLAIMS):
            yield from header_name_faults(join(path, name), name)
        yield from match_faults(join(path, name), text)
