"""The corpus `config-semantics`: small tables of how host names compare and how delegation merges."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from lateen.base.hosts import closeness, covers, overlap
from lateen.kinds.networking.http_match import HTTPMatchRequest
from lateen.kinds.networking.http_route import HTTPRoute
from lateen.planner.delegates import merge_route
from lateen.planner.gateway import Server, ServerHost
from lateen.planner.merged_matches import conflict, merge_matches

CORPUS = "config-semantics"
Check = Callable[[], None]
Case = dict[str, Any]
Matches = tuple[HTTPMatchRequest, ...]


def cases(folder: Path) -> Iterator[tuple[str, Check]]:
    """Yield each case: an id, and a check that raises AssertionError where it does not hold."""
    for path in sorted((folder / CORPUS).glob("*.json")):
        check = _TABLES[path.stem]
        for index, case in enumerate(json.loads(path.read_text())["cases"]):
            yield f"{path.stem}/{index}", partial(_agrees, check, case)


def _agrees(answer: Callable[[Case], tuple[Any, Any]], case: Case) -> None:
    found, wanted = answer(case)
    assert found == wanted, f"{found!r}, not {wanted!r}"


def _pair(case: Case) -> tuple[str, str]:
    return case.get("a", ""), case.get("b", "")


def _name_matches(case: Case) -> tuple[Any, Any]:
    return overlap(*_pair(case)) is not None, case.get("out", False)


def _subset(case: Case) -> tuple[Any, Any]:
    one, other = _pair(case)
    return covers(other, one), case.get("out", False)


def _more_specific(case: Case) -> tuple[Any, Any]:
    one, other = case.get("host1", ""), case.get("host2", "")
    return closeness(one) <= closeness(other), case.get("expected", False)


def _sorted(case: Case) -> tuple[Any, Any]:
    return sorted(case["in"], key=closeness), case["want"]


def _intersection(case: Case) -> tuple[Any, Any]:
    server = _server(ServerHost("*", host) for host in case["b"])
    taken = [both for host in case["a"] for both in server.taken(host, "any")]
    return list(dict.fromkeys(taken)), case["intersection"]


def _for_namespace(case: Case) -> tuple[Any, Any]:
    pairs = (host.rpartition("/") for host in case["hosts"])
    server = _server(ServerHost(namespace or "*", host) for namespace, _, host in pairs)
    return list(server.taken("*", case["namespace"])), case["want"]


def _server(hosts: Iterator[ServerHost]) -> Server:
    return Server(number=80, name="http", carries="http", hosts=tuple(hosts))


def _conflict(case: Case) -> tuple[Any, Any]:
    root, leaf = (msgspec.convert(case[name], HTTPMatchRequest) for name in ("root", "leaf"))
    return conflict(root, leaf), case.get("expected", False)


def _merged_matches(case: Case) -> tuple[Any, Any]:
    root, delegate, wanted = (
        msgspec.convert(case.get(name), Matches | None) for name in ("root", "delegate", "expected")
    )
    return merge_matches(root or (), delegate or ()) or None, wanted


def _merged_routes(case: Case) -> tuple[Any, Any]:
    root = msgspec.convert(case["root"], HTTPRoute)
    delegate, wanted = (
        msgspec.convert(case.get(name) or [], tuple[HTTPRoute, ...]) for name in ("delegate", "expected")
    )
    return tuple(merged for rule in delegate if (merged := merge_route(root, rule))), wanted


_TABLES: dict[str, Callable[[Case], tuple[Any, Any]]] = {
    "hasconflict": _conflict,
    "mergehttpmatchrequests": _merged_matches,
    "mergehttproutes": _merged_routes,
    "morespecific": _more_specific,
    "namematches": _name_matches,
    "namesfornamespace": _for_namespace,
    "namesintersection": _intersection,
    "namessortorder": _sorted,
    "namesubsetof": _subset,
}
