"""Which virtual host and route take a request."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import re2

from lateen.simulate.call import Call
from lateen.simulate.paths import normalized
from lateen.simulate.texts import header_matches, metadata_matches, parameter_matches
from lateen.simulate.tokens import FILTER


class Request(NamedTuple):
    """A request as routes see it; header names in lower case, pseudo headers among them. `claims`: of its token, None =
    none that was verified."""

    path: str
    headers: dict[str, str]
    query: dict[str, str]
    claims: Mapping[str, Any] | None = None

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What filters found out of it, by filter."""
        return {FILTER: {"payload": self.claims}} if self.claims is not None else {}


def read_request(call: Call, scheme: str, manager: Any) -> Request:
    """Read a call's request, with its path as the connection manager normalizes it."""
    parts = urlsplit(f"//x{call.path}")
    path = normalized(parts.path, manager)
    headers = {name.lower(): value for name, value in call.headers.items()}
    whole = path + (f"?{parts.query}" if "?" in call.path else "")
    headers |= {":method": call.method, ":authority": call.host, ":scheme": scheme, ":path": whole}
    return Request(path, headers, dict(reversed(parse_qsl(parts.query, keep_blank_values=True))))


def find_virtual_host(table: Any, authority: str) -> Any | None:
    """Find the virtual host of an authority: exact names, then the longest `*.suffix`, `prefix.*`, then `*`."""
    host = authority.lower()
    if table.ignore_port_in_host_matching and not host.endswith("]"):
        host = host.rpartition(":")[0] if ":" in host else host
    ranked = [
        (rank, index)
        for index, virtual_host in enumerate(table.virtual_hosts)
        for domain in virtual_host.domains
        if (rank := _rank(domain.lower(), host)) is not None
    ]
    return table.virtual_hosts[max(ranked, key=lambda found: found[0])[1]] if ranked else None


def _rank(domain: str, host: str) -> tuple[int, int] | None:
    if domain == host:
        return 3, 0
    if domain == "*":
        return 0, 0
    if domain.startswith("*") and len(host) >= len(domain) and host.endswith(domain[1:]):
        return 2, len(domain)
    if domain.endswith("*") and len(host) >= len(domain) and host.startswith(domain[:-1]):
        return 1, len(domain)
    return None


def find_route(virtual_host: Any, request: Request) -> tuple[int, Any] | None:
    """Find the first route that takes a request, with its position."""
    return next(((at, route) for at, route in enumerate(virtual_host.routes) if _takes(route.match, request)), None)


def _takes(match: Any, request: Request) -> bool:
    return (
        _path_matches(match, request.path)
        and all(header_matches(each, request.headers.get(each.name.lower())) for each in match.headers)
        and all(parameter_matches(each, request.query.get(each.name)) for each in match.query_parameters)
        and all(metadata_matches(each, request.metadata) for each in match.dynamic_metadata)
    )


def _path_matches(match: Any, path: str) -> bool:
    kind = match.WhichOneof("path_specifier")
    if kind == "safe_regex":
        return re2.fullmatch(match.safe_regex.regex, path) is not None
    if kind not in ("path", "prefix", "path_separated_prefix"):
        return False
    wanted: str = getattr(match, kind)
    if match.HasField("case_sensitive") and not match.case_sensitive.value:
        wanted, path = wanted.lower(), path.lower()
    if kind == "path":
        return path == wanted
    return path.startswith(wanted) and (kind == "prefix" or path[len(wanted) :][:1] in ("", "/"))
