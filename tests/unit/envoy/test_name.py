from lateen.envoy.build import Builder
from lateen.envoy.name import name_info
from lateen.plan.name import Name
from lateen.proto.name_table import EXTERNAL, KUBERNETES, NameInfo

CART = Name(name="cart.shop.svc.cluster.local", addresses=("10.96.0.1",), short_name="cart", namespace="shop")


def test_a_kubernetes_name_says_so() -> None:
    assert NameInfo.decode(name_info(CART)) == NameInfo(("10.96.0.1",), KUBERNETES, "cart", "shop")


def test_another_is_external() -> None:
    found = NameInfo.decode(name_info(Name(name="db.example.com", addresses=("240.240.0.1", "2001:2::1"))))
    assert found == NameInfo(("240.240.0.1", "2001:2::1"), EXTERNAL)


def test_the_host_is_the_resources_name() -> None:
    made = Builder().name(CART)
    assert made.name == CART.name and made.value() == name_info(CART)
