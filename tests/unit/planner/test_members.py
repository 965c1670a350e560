from lateen.plan.upstream import Endpoint, LocalityEndpoints
from lateen.planner.members import Member, by_locality, chosen

ONE = Member(Endpoint("10.0.0.1", 80), {"version": "v1", "app": "web"}, "r/b")
TWO = Member(Endpoint("10.0.0.2", 80), {"version": "v2"}, "r/a")
THREE = Member(Endpoint("10.0.0.3", 80), {"version": "v1"}, "r/b")


def test_members_are_chosen_by_all_labels():
    assert chosen((ONE, TWO, THREE), {"version": "v1"}) == [ONE, THREE]
    assert chosen((ONE, TWO, THREE), {"version": "v1", "app": "web"}) == [ONE]
    assert chosen((ONE, TWO), {}) == [ONE, TWO]


def test_members_of_a_locality_stand_together():
    assert by_locality((ONE, TWO, THREE)) == (
        LocalityEndpoints((TWO.endpoint,), "r/a"),
        LocalityEndpoints((ONE.endpoint, THREE.endpoint), "r/b"),
    )
    assert by_locality(()) == ()
