from lateen.kinds.networking.destination import Destination, PortSelector
from lateen.planner.site import Directory, Place, Site
from lateen.planner.target import Target, resolve, target

HERE = Place(Site(namespace="bank", gateway="mesh", port=80), Directory(lambda host: None))


def test_short_names_are_of_the_rules_namespace():
    assert target(Destination(host="Web"), "shop") == Target("web.shop.svc.cluster.local")
    assert target(Destination(host="web.x", subset="v1"), "shop") == Target("web.x", 0, "v1")


def test_a_port_that_is_said_counts_and_else_the_one_that_was_asked_for():
    said = target(Destination(host="a.x", port=PortSelector(number=81)), "shop")
    assert resolve(said, HERE).port == 81
    assert resolve(Target("a.x"), HERE).port == 80


def test_a_target_names_its_upstream():
    assert Target("a.x", 80, "v1").upstream == "outbound|80|v1|a.x"
