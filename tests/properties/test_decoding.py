"""Whatever is written into an object, it is accepted or refused with faults: never an error of ours."""

import copy

from hypothesis import given, settings
from hypothesis import strategies as st

from lateen.kinds.all import KINDS
from lateen.kinds.decode import check
from lateen.kinds.schema import read

# Every word the models know, so that nonsense meets real fields.
ROUTE = {"destination": {"host": "a", "subset": "v1", "port": {"number": 80}}, "weight": 1}
MATCH = {"uri": {"prefix": "/"}, "headers": {"a": {"exact": "b"}}, "gateways": ["mesh"], "port": 80}
TLS = {"mode": "SIMPLE", "credentialName": "x", "cipherSuites": ["AES128-SHA"]}
SPECS = {
    "VirtualService": {
        "hosts": ["a", "*.b"],
        "http": [{"match": [MATCH], "route": [ROUTE], "timeout": "1s", "retries": {"attempts": 1}}],
        "tls": [{"match": [{"sniHosts": ["a"]}], "route": [ROUTE]}],
        "tcp": [{"match": [{"sourceSubnet": "10.0.0.0/8"}], "route": [ROUTE]}],
        "exportTo": ["."],
    },
    "DestinationRule": {
        "host": "a",
        "trafficPolicy": {"loadBalancer": {"simple": "RANDOM"}, "tls": TLS, "connectionPool": {"tcp": {}}},
        "subsets": [{"name": "v1", "labels": {"version": "v1"}}],
    },
    "Gateway": {
        "selector": {"a": "b"},
        "servers": [{"port": {"number": 1, "name": "a", "protocol": "HTTPS"}, "hosts": ["*"], "tls": TLS}],
    },
    "ServiceEntry": {
        "hosts": ["a.b"],
        "addresses": ["10.0.0.0/8"],
        "ports": [{"number": 1, "name": "a", "protocol": "tcp"}],
        "resolution": "STATIC",
        "endpoints": [{"address": "10.0.0.1", "ports": {"a": 1}}],
    },
    "PeerAuthentication": {"selector": {"matchLabels": {"a": "b"}}, "portLevelMtls": {"80": {"mode": "STRICT"}}},
    "ProcessImage": {"images": ["*"], "command": ["x"], "env": {"A": "b"}},
    "Service": {"ports": [{"port": 80, "targetPort": "http"}], "selector": {"a": "b"}},
    "Deployment": {
        "replicas": 1,
        "selector": {"matchLabels": {"a": "b"}},
        "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "a", "env": []}]}},
    },
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)


def places(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


@st.composite
def damaged(draw):
    kind = draw(st.sampled_from([spec for spec in KINDS if spec.kind in SPECS]))
    raw = {
        "apiVersion": kind.api_versions[0],
        "kind": kind.kind,
        "metadata": {"name": "x", "labels": {"a": "b"}},
        "spec": copy.deepcopy(SPECS[kind.kind]),
    }
    for _ in range(draw(st.integers(1, 3))):
        *path, last = draw(st.sampled_from([place for place in places(raw) if place]))
        holder = raw
        for key in path:
            holder = holder[key]
        if draw(st.booleans()):
            holder[last] = draw(JSON)
        elif isinstance(holder, dict):
            holder[draw(st.text(max_size=6))] = draw(JSON)
    return raw


@settings(max_examples=300, deadline=None)
@given(damaged())
def test_any_damage_is_answered_with_faults(raw):
    before = copy.deepcopy(raw)
    for strict in (False, True):
        for fault in check(raw, strict=strict):
            assert fault.message
    assert raw == before


@given(st.sampled_from(KINDS), JSON)
def test_any_value_can_be_walked(kind, raw):
    assert read(kind.model, raw).faults or isinstance(raw, dict)
