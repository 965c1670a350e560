"""The table of names, looked up as the resolver of a pod in `shop` asks."""

from hypothesis import given
from hypothesis import strategies as st

from lateen.node.names import Found, Names
from lateen.proto.name_table import KUBERNETES, NameInfo

DOMAIN = "shop.svc.cluster.local"


def kubernetes(name: str, namespace: str, *ips: str) -> NameInfo:
    return NameInfo(ips or ("10.96.0.1",), KUBERNETES, name, namespace)


def table(**hosts: NameInfo) -> Names:
    names = Names(DOMAIN)
    names.update({host.replace("__", "*.").replace("_", "."): info for host, info in hosts.items()})
    return names


CART = table(cart_shop_svc_cluster_local=kubernetes("cart", "shop"))
FAR = table(cart_far_svc_cluster_local=kubernetes("cart", "far"))
OUTER = NameInfo(("240.240.0.1",))


def test_a_service_of_the_own_namespace_has_all_its_names() -> None:
    for name in ("cart", "cart.shop", "cart.shop.svc", "cart.shop.svc.cluster.local"):
        assert CART.find(name) == Found("", ("10.96.0.1",)), name


def test_a_service_of_another_namespace_needs_its_namespace() -> None:
    assert FAR.find("cart") is None
    assert FAR.find("cart.far") == Found("", ("10.96.0.1",))


def test_a_service_of_another_cluster_domain_has_its_whole_name_only() -> None:
    names = table(cart_shop_svc_remote=kubernetes("cart", "shop"))
    assert names.find("cart.shop") is None
    assert names.find("cart.shop.svc.remote") is not None


def test_the_search_domain_leads_to_the_canonical_name() -> None:
    assert FAR.find(f"cart.far.{DOMAIN}") == Found("cart.far", ("10.96.0.1",))
    assert table(db_example_com=OUTER).find(f"db.example.com.{DOMAIN}") == Found("db.example.com", OUTER.ips)


def test_a_whole_name_with_the_search_domain_behind_it_is_unknown() -> None:
    assert CART.find(f"cart.shop.svc.cluster.local.{DOMAIN}") is None


def test_the_nearest_wildcard_answers_and_a_host_comes_before_it() -> None:
    near, exact = NameInfo(("240.240.0.2",)), NameInfo(("240.240.0.3",))
    names = table(__example_com=OUTER, __eu_example_com=near, db_eu_example_com=exact)
    assert names.find("a.b.example.com") == Found("", OUTER.ips)
    assert names.find("a.eu.example.com") == Found("", near.ips)
    assert names.find("db.eu.example.com") == Found("", exact.ips)
    assert names.find(f"a.eu.example.com.{DOMAIN}") == Found("*.eu.example.com", near.ips)
    assert names.find("example.com") is None


def test_a_pod_of_a_headless_service_has_names_below_the_service() -> None:
    names = table(db_0_db_shop_svc_cluster_local=kubernetes("db.0.db", "shop", "10.244.0.9"))
    assert names.find("db.0.db.shop") == Found("", ("10.244.0.9",))


def test_case_and_a_last_dot_do_not_matter() -> None:
    names = Names(DOMAIN)
    names.update({"DB.example.com.": OUTER})
    assert names.find("db.EXAMPLE.com") == Found("", OUTER.ips)


def test_a_host_of_that_name_comes_before_an_alias() -> None:
    names = table(cart_far_svc_cluster_local=kubernetes("cart", "far"), cart_far=OUTER)
    assert names.find("cart.far") == Found("", OUTER.ips)


def test_addresses_are_told_apart_by_family() -> None:
    found = Found("", ("10.0.0.1", "2001:db8:0:0:0:0:0:1"))
    assert found.of_family(4) == ["10.0.0.1"]
    assert found.of_family(6) == ["2001:db8:0:0:0:0:0:1"]


HOSTS = st.sampled_from(["a.shop.svc.cluster.local", "a.far.svc.cluster.local", "a.far", "*.far", "far", "x.far"])
INFOS = st.none() | st.sampled_from(
    [kubernetes("a", "shop"), kubernetes("a", "far"), OUTER, OUTER._replace(alt_hosts=("x.far",))]
)


@given(st.lists(st.dictionaries(HOSTS, INFOS, max_size=4), max_size=6))
def test_changes_one_by_one_come_to_the_same_as_the_whole_table(changes: list[dict[str, NameInfo | None]]) -> None:
    step, last = Names(DOMAIN), {}
    for change in changes:
        step.update(change)
        last |= change
    whole = Names(DOMAIN)
    whole.update({host: info for host, info in last.items() if info})
    for name in ("a", "a.shop", "a.far", "x.far", "far", f"a.far.{DOMAIN}", "a.far.svc", "a.far.svc.cluster.local"):
        assert step.find(name) == whole.find(name)
    assert dict(step.items()) == dict(whole.items())
