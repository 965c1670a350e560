"""The corpus `xds-inputs`: objects that must be accepted, or refused for a stated reason, and give whole views."""

import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from worlds import configured, pod

from lateen.base.errors import Invalid
from lateen.kinds.decode import decode
from lateen.simulate.proxy import Proxy, unpack

CORPUS = "xds-inputs"
Check = Callable[[], None]

# What is refused, and words of the reason that is stated.
REFUSED: dict[str, tuple[str, ...]] = {
    # A field that the API no longer has: web sockets need no setting.
    "config/rule-websocket-route": ("websocketUpgrade: no such field",) * 2,
    # No API server takes such a name.
    "networking/ingress-gateway/configs": ('"BACKEND" is not a name',),
}
# How many of each thing the templates are to make.
_COUNTS = {"Services": 3, "Instances": 7}
_MANAGER = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"


def cases(folder: Path) -> Iterator[tuple[str, Check]]:
    """Yield each file of the corpus: its path, and a check that raises AssertionError where it does not hold."""
    root = folder / CORPUS
    for path in sorted(root.rglob("*.yaml")):
        name = str(path.relative_to(root).with_suffix(""))
        yield name, partial(_check, name, path)


def _check(name: str, path: Path) -> None:
    accepted, refused = [], []
    for raw in yaml.safe_load_all(fill(path.read_text())):
        if raw:
            try:
                accepted.append(_accepted(raw))
            except Invalid as error:
                refused.append(str(error))
    for reason, words in zip(refused, REFUSED.get(name, ()), strict=False):
        assert words in reason, reason
    assert len(refused) == len(REFUSED.get(name, ())), "; ".join(refused)
    for proxy in PROXIES:
        assert_whole(configured(*accepted, proxy=proxy))


def _accepted(raw: dict[str, Any]) -> dict[str, Any]:
    meta = raw["metadata"]
    meta.setdefault("namespace", "default")
    if not isinstance(created := meta.get("creationTimestamp", ""), str):
        meta["creationTimestamp"] = created.isoformat()
    decode(raw)
    return raw


PROXIES = (
    pod("app", "1.1.1.1", namespace="default"),
    pod(
        "edge",
        "1.1.1.1",
        {"istio": "ingressgateway"},
        namespace="istio-system",
        annotations={"inject.istio.io/templates": "gateway"},
    ),
)


def assert_whole(proxy: Proxy) -> None:
    """Every route table and load assignment that a resource names is there, no name or domain twice."""
    for listener in proxy.listeners():
        for chain in (*listener.filter_chains, listener.default_filter_chain):
            for each in chain.filters:
                if each.typed_config.type_url.endswith(_MANAGER):
                    named = unpack(each.typed_config).rds.route_config_name
                    assert not named or proxy.table(named) is not None, f"{listener.name} names no table: {named}"
    for cluster in proxy.clusters():
        if type(cluster).DiscoveryType.Name(cluster.type) == "EDS" and not cluster.HasField("cluster_type"):
            assert proxy.assignment(cluster.name) is not None, f"{cluster.name} has no load assignment"
    for table in proxy.tables():
        domains = [domain.lower() for host in table.virtual_hosts for domain in host.domains]
        assert len(set(domains)) == len(domains), f"{table.name} has a domain twice"


_BLOCK = re.compile(r"\s*\{\{- range \$(\w) := until \.(\w+) \}\}(.*?)\s*\{\{- end \}\}", re.S)
_VALUE = re.compile(r"\{\{(?:(mod|div) )?\$(\w)(?: +(\d+|\$\.\w+))? *\}\}")


def fill(template: str) -> str:
    """Fill one of the corpus's Go templates: loops over a count, and `$i`, `mod $i 255`, `div $i 255` in them."""
    return _BLOCK.sub(lambda block: "".join(_turn(block[3], at) for at in range(_COUNTS[block[2]])), template)


def _turn(body: str, at: int) -> str:
    def value(found: re.Match[str]) -> str:
        operation, by = found[1], found[3] or "1"
        number = int(by) if by.isdigit() else _COUNTS[by[2:]]
        return str(at if not operation else at % number if operation == "mod" else at // number)

    return _VALUE.sub(value, body)
