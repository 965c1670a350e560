from lateen.analysis.destinations import Destination, destinations
from lateen.analysis.resource import Resource


def test_every_route_and_mirror_is_a_destination_with_its_place() -> None:
    to = {"destination": {"host": "a", "subset": "s", "port": {"number": 1}}}
    http = {"route": [to], "mirror": {"host": "b"}, "mirrors": [{"destination": {"host": "c"}}]}
    found = list(destinations(Resource({"spec": {"http": [http], "tcp": [{"route": [to]}]}})))
    assert found[0] == Destination("spec.http[0].route[0].destination", "a", "s", 1)
    assert [(one.host, one.what) for one in found[1:]] == [("b", "mirror"), ("c", "mirror"), ("a", "route")]


def test_a_route_without_a_destination_goes_nowhere() -> None:
    assert [one.host for one in destinations(Resource({"spec": {"http": [{"route": [{}]}]}}))] == [""]
