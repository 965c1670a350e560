"""Every variable has a value, so that no label of a metric is ever a dash."""

from lateen.node.environment import environment, workload_facts
from lateen.node.proxy_facts import ProxyFacts

BARE = ProxyFacts(pod="sleep", namespace="default", ip="10.244.0.9", sds_socket="/s")
FULL = ProxyFacts(
    pod="reviews-v2-5d8f-x",
    namespace="default",
    ip="10.244.0.5",
    sds_socket="/s",
    service_account="bookinfo-reviews",
    labels={"app": "reviews", "version": "v2"},
    workload_name="reviews-v2",
    node_name="here",
)


def test_nothing_is_unset_or_empty() -> None:
    assert set(environment(BARE)) == set(environment(FULL))
    assert all(environment(BARE).values())
    assert environment(BARE)["WORKLOAD_VERSION"] == "unknown"


def test_workload_is_told() -> None:
    told = environment(FULL)
    assert told["POD_NAME"] == "reviews-v2-5d8f-x"
    assert told["WORKLOAD_NAME"] == "reviews-v2"
    assert told["WORKLOAD_CANONICAL_NAME"] == "reviews"
    assert told["WORKLOAD_PRINCIPAL"] == "spiffe://cluster.local/ns/default/sa/bookinfo-reviews"
    assert told["OTEL_RESOURCE_ATTRIBUTES"].startswith("service.name=reviews.default,")


def test_facts_have_seven_parts() -> None:
    assert workload_facts(FULL) == "reviews-v2;default;reviews;v2;reviews;v2;Kubernetes"
    assert workload_facts(BARE) == "sleep;default;sleep;unknown;sleep;latest;Kubernetes"
