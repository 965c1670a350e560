"""The order of types."""

from lateen.proto import types
from lateen.xds.order import CLUSTERS, PUSH_ORDER, ROUTING, place


def test_what_is_named_comes_before_what_names_it_and_the_unknown_comes_last() -> None:
    shuffled = ["other", types.SECRET, types.ROUTE, types.LISTENER, types.ENDPOINT, types.CLUSTER, "another"]
    assert sorted(shuffled, key=place) == [
        *(type_url for type_url in PUSH_ORDER if type_url in shuffled),
        "other",
        "another",
    ]


def test_routing_waits_only_for_what_comes_before_it() -> None:
    assert max(map(place, CLUSTERS)) < min(map(place, ROUTING))
    assert types.SECRET not in ROUTING
