from lateen.kinds.networking.destination import Destination, PortSelector
from lateen.planner.site import Directory, Place, Site
from lateen.planner.target import Target, resolve

HERE = Place("shop", Site(namespace="bank", gateway="mesh", port=80), Directory(lambda host: None))


def test_short_names_are_of_the_rules_namespace():
    assert resolve(Destination(host="Web"), HERE) == Target("web.shop.svc.cluster.local", 80, "")
    assert resolve(Destination(host="web.x", subset="v1"), HERE) == Target("web.x", 80, "v1")


def test_a_port_that_is_said_counts():
    assert resolve(Destination(host="a.x", port=PortSelector(number=81)), HERE).port == 81


def test_a_target_names_its_upstream():
    assert Target("a.x", 80, "v1").upstream == "outbound|80|v1|a.x"
