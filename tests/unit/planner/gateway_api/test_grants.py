import pytest
from worlds import decode_spec

from lateen.kinds.gateway_api.reference_grant import ReferenceGrantSpec
from lateen.planner.gateway_api.backends import Reference
from lateen.planner.gateway_api.grants import Referrer, permits

GROUP = "gateway.networking.k8s.io"
GRANT = f"{{from: [{{group: {GROUP}, kind: HTTPRoute, namespace: shop}}], to: [{{group: '', kind: Service%s}}]}}"
ROUTE = Referrer(GROUP, "HTTPRoute", "shop")
WEB = Reference("", "Service", "bank", "web")


def permitted(name: str = "", referrer: Referrer = ROUTE, to: Reference = WEB) -> bool:
    said = GRANT % (f", name: {name}" if name else "")
    return permits([decode_spec(ReferenceGrantSpec, said)], referrer, to)


def test_a_grant_is_for_a_kind_or_for_one_object():
    assert permitted() and permitted("web")
    assert not permitted("api")


@pytest.mark.parametrize("referrer", [ROUTE._replace(namespace="far"), ROUTE._replace(kind="GRPCRoute")])
def test_others_may_not(referrer):
    assert not permitted(referrer=referrer)


def test_other_kinds_may_not_be_named():
    assert not permitted(to=WEB._replace(kind="Secret"))
    assert not permits([], ROUTE, WEB)
