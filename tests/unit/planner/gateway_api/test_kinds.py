from lateen.kinds.all import by_kind
from lateen.planner.gateway_api.kinds import ROUTES


def test_each_kind_is_one_of_the_apis():
    assert {by_kind(kind).group for kind in ROUTES} == {"gateway.networking.k8s.io"}
