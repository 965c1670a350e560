import pytest
from worlds import decode_spec

from lateen.kinds.networking.load_balancer import ConsistentHashLB
from lateen.plan.route_policy import HashKey
from lateen.planner.hashing import plan_hash_key


@pytest.mark.parametrize(
    ("said", "planned"),
    [
        ("{httpHeaderName: x-user}", HashKey(kind="header", name="x-user")),
        ("{httpQueryParameterName: user}", HashKey(kind="query", name="user")),
        ("{useSourceIp: true}", HashKey(kind="source_ip")),
        ("{httpCookie: {name: user}}", HashKey(kind="cookie", name="user")),
        (
            "{httpCookie: {name: user, path: /p, ttl: 0s, attributes: [{name: SameSite, value: Lax}]}}",
            HashKey(kind="cookie", name="user", path="/p", ttl_ms=0, attributes=(("SameSite", "Lax"),)),
        ),
        ("{maglev: {}}", None),
    ],
)
def test_one_key_is_planned(said, planned):
    assert plan_hash_key(decode_spec(ConsistentHashLB, said)) == planned


def test_no_hashing_has_no_key():
    assert plan_hash_key(None) is None
