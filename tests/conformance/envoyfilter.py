"""The corpus `envoyfilter`: Envoy's messages before patches and after them."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from google.protobuf import json_format

from lateen.envoy.fields import encode
from lateen.envoy.patches.cluster import patch_cluster
from lateen.envoy.patches.listener import patch_message
from lateen.envoy.patches.table import host_matches, patch_table, route_matches
from lateen.envoy.patches.value import value_of
from lateen.kinds.decode import decode
from lateen.plan.patch import ClusterPlace, Patch, TablePlace
from lateen.planner.envoy_filter import Candidate, condition_holds, patch_set
from lateen.proto.descriptors import installed, message

CORPUS = "envoyfilter"
Check = Callable[[], None]
Raw = dict[str, Any]

_CLUSTER = "envoy.config.cluster.v3.Cluster"
_LISTENER = "envoy.config.listener.v3.Listener"
_TABLE = "envoy.config.route.v3.RouteConfiguration"
_HOST = "envoy.config.route.v3.VirtualHost"
_ROUTE = "envoy.config.route.v3.Route"


def cases(folder: Path) -> Iterator[tuple[str, Check]]:
    """Yield each case of the corpus: an id, and a check that raises AssertionError where it does not hold."""
    for path in sorted((folder / CORPUS).glob("*.json")):
        found = json.loads(path.read_text())
        for case in found["cases"]:
            yield f"{path.stem}/{case['name']}", partial(_CHECKS[path.stem], found, case)


def _candidates(entries: list[Raw], priorities: list[int] | None = None) -> list[Candidate]:
    """The patches of entries, each an EnvoyFilter of its own, in the order in which they are applied."""
    sets = []
    for index, entry in enumerate(entries):
        spec = {"configPatches": [entry], "priority": (priorities or [0] * len(entries))[index]}
        meta = {"name": f"test-envoyfilter-{index:03}", "namespace": "not-default"}
        kind = {"apiVersion": "networking.istio.io/v1alpha3", "kind": "EnvoyFilter"}
        sets.append(patch_set(decode(kind | {"metadata": meta, "spec": spec})))
    return [one for each in sorted(sets, key=lambda each: each.order("istio-system")) for one in each.candidates]


def _patches(found: Raw, case: Raw, context: Any, proxy: Raw, entries: str = "configPatches") -> tuple[Patch, ...]:
    priorities = found.get("priorities") if entries.endswith("Priorities") else None
    said = proxy.get("metadata", {})
    metadata = said.get("raw", {}) | {"ISTIO_VERSION": said.get("istioVersion", "")}
    return tuple(
        one.patch
        for one in _candidates(found[entries], priorities)
        if one.applies(context) and (not one.condition or condition_holds(one.condition, metadata))
    )


def _listeners(found: Raw, case: Raw) -> None:
    args = case["args"]
    patches = _patches(found, case, args["patchContext"], args["proxy"], case["patches"])
    kept = [built for built in _read_all(_LISTENER, args["listeners"]) if _patched(built, patches)]
    added = [value_of("LISTENER", one.value) for one in patches if (one.target, one.operation) == ("LISTENER", "ADD")]
    _same([*kept, *added], _read_all(_LISTENER, case["want"]))


def _patched(built: Any, patches: tuple[Patch, ...]) -> bool:
    ports = {built.address.socket_address.port_value}
    ports |= {chain.filter_chain_match.destination_port.value for chain in built.filter_chains}
    meant = tuple(one for one in patches if one.place is None or one.place.takes(built.name, ports))
    return patch_message(built, meant)


def _clusters(found: Raw, case: Raw) -> None:
    patches = _patches(found, case, case["patchContext"], case["proxy"])
    left = (_cluster(built, patches) for built in _read_all(_CLUSTER, case["input"]))
    added = [value_of("CLUSTER", one.value) for one in patches if one.operation == "ADD"]
    _same([*(one for one in left if one is not None), *added], _read_all(_CLUSTER, case["output"]))


def _cluster(built: Any, patches: tuple[Patch, ...]) -> Any | None:
    meant = tuple(one for one in patches if one.place is None or one.place.takes(built.name))
    encoded = patch_cluster(encode(built), meant)
    return message(_CLUSTER).FromString(encoded) if encoded is not None else None


def _cluster_match(found: Raw, case: Raw) -> None:
    args = case["args"]
    place = _place(args["matchCondition"], "CLUSTER")
    assert isinstance(place, ClusterPlace)
    assert place.takes(args["cluster"]["name"], (args["host"],) if "host" in args else ()) == case.get("want", False)


def _tables(found: Raw, case: Raw) -> None:
    args = case["args"]
    patches = _patches(found, case, args["patchContext"], args["proxy"])
    [table] = _read_all(_TABLE, [args["routeConfiguration"]])
    patch_table(table, tuple(one for one in patches if _means(one, table.name, args)))
    _same([table], _read_all(_TABLE, [case["want"]]))


def _table_match(found: Raw, case: Raw) -> None:
    args = case["args"]
    place = _place(args["cp"]["match"], "ROUTE_CONFIGURATION")
    assert isinstance(place, TablePlace)
    assert place.takes(args["rc"]["name"], _service_ports(args["rc"]["name"], args)) == case.get("want", False)


def _means(patch: Patch, name: str, args: Raw) -> bool:
    return not isinstance(patch.place, TablePlace) or patch.place.takes(name, _service_ports(name, args))


def _service_ports(table: str, args: Raw) -> list[int]:
    """Through which ports a gateway's table is reached, by the port that it stands at."""
    return [int(port) for port in args.get("portMap", {}).get(table.removeprefix("http."), {})]


def _host_match(found: Raw, case: Raw) -> None:
    args = case["args"]
    [host] = _read_all(_HOST, [args["vh"]])
    place = _place(args["cp"]["match"], "VIRTUAL_HOST")
    assert isinstance(place, TablePlace)
    assert host_matches(place, host) == case.get("want", False)


def _route_match(found: Raw, case: Raw) -> None:
    args = case["args"]
    [route] = _read_all(_ROUTE, [args["httpRoute"]])
    place = _place(args["cp"]["match"], "HTTP_ROUTE")
    assert isinstance(place, TablePlace)
    assert route_matches(place, route) == case.get("want", False)


def _place(match: Raw, target: str) -> Any:
    entry = {"applyTo": target, "match": match, "patch": {"operation": "MERGE", "value": {}}}
    return _candidates([entry])[0].patch.place


def _extensions(found: Raw, case: Raw) -> None:
    """What patches add is found by its name; the corpus also merges, which does nothing."""
    legal = [one for one in found["configPatches"] if one["patch"]["operation"] == "ADD"]
    added = {value_of("EXTENSION_CONFIG", one.patch.value).name: one for one in _candidates(legal)}
    assert [name for name in case["requestedNames"] if name in added] == case["wantExtensionConfig"]


def _replaced_lists(found: Raw, case: Raw) -> None:
    """The corpus keeps the operation and the result: it was made from the same host with other domains."""
    [want] = _read_all(_TABLE, [case["want"]])
    table = _read_all(_TABLE, [case["want"]])[0]
    table.virtual_hosts[0].domains[:] = ["*", "other.com"]
    value = {"domains": list(want.virtual_hosts[0].domains)}
    entry = {"applyTo": "VIRTUAL_HOST", "patch": {"operation": case["operation"], "value": value}}
    patch_table(table, tuple(one.patch for one in _candidates([entry])))
    _same([table], [want])


def _shared_routes(found: Raw, case: Raw) -> None:
    """A patched virtual host leaves alone the one that it was made of. The corpus lost the patch's value: it is what
    the result has."""
    args = case["args"]
    [host], [want] = _read_all(_HOST, [args["virtualHost"]]), _read_all(_HOST, [case["want"]])
    entry = dict(args["patches"]["HTTP_ROUTE"][0])
    value = {"route": json_format.MessageToDict(want.routes[0].route)}
    entry["patch"] = {"operation": entry.pop("operation"), "value": entry.pop("value") or value}
    patches = tuple(one.patch for one in _candidates([entry]))
    one, other = (message(_TABLE)(name=name, virtual_hosts=[host]) for name in ("normal", "other"))
    patch_table(one, patches)
    _same([*one.virtual_hosts, *other.virtual_hosts], [want, host])


def _cloned(found: Raw, case: Raw) -> None:
    """Changing one of two virtual hosts of the same routes does not change the other."""
    args = case["args"]
    hosts = _read_all(_HOST, [args["vh1"], args["vh2"]])
    table = message(_TABLE)(virtual_hosts=hosts)
    match = {"routeConfiguration": {"vhost": {"name": hosts[0].name}}}
    patch = {"operation": "MERGE", "value": {"route": {"prefix_rewrite": "/changed"}}}
    patch_table(table, (_candidates([{"applyTo": "HTTP_ROUTE", "match": match, "patch": patch}])[0].patch,))
    assert table.virtual_hosts[0].routes[0].route.prefix_rewrite == "/changed"
    _same([table.virtual_hosts[1]], [hosts[1]])


_CHECKS: Mapping[str, Callable[[Raw, Raw], None]] = {
    "applylistenerpatches": _listeners,
    "applyrouteconfigurationpatches": _tables,
    "clonevhostroutebyrouteindex": _cloned,
    "clustermatch": _cluster_match,
    "clusterpatching": _clusters,
    "insertedextensionconfig": _extensions,
    "mergeandreplacelistvhost": _replaced_lists,
    "patchhttproute": _shared_routes,
    "replacevhost": _tables,
    "routeconfigurationmatch": _table_match,
    "routematch": _route_match,
    "virtualhostmatch": _host_match,
}


def _read_all(name: str, given: list[Raw]) -> list[Any]:
    installed().load_all()
    pool = installed().pool
    return [json_format.ParseDict(one, message(name)(), descriptor_pool=pool) for one in given]


def _same(found: list[Any], wanted: list[Any]) -> None:
    pool = installed().pool
    shown = [[json_format.MessageToDict(one, descriptor_pool=pool) for one in some] for some in (found, wanted)]
    assert shown[0] == shown[1]
