"""Names of statistics give up their labels."""

import re

import pytest

from lateen.node.proxy_facts import StatsInclusion
from lateen.node.stats import stats_config


def labels(name: str) -> tuple[str, dict[str, str]]:
    """Cut the labels out of a statistic's name, as Envoy does: first group out, second group kept."""
    found, cut = {}, name
    for tag in stats_config(StatsInclusion())["stats_tags"]:
        pattern = tag["regex"].replace("[:digit:]", "0-9")
        if match := re.search(pattern, name):
            found[tag["tag_name"]] = match[2]
            cut = cut.replace(match[1], "", 1)
    return cut, found


@pytest.mark.parametrize(
    ("name", "cut", "found"),
    [
        (
            "cluster.outbound|9080|v1|reviews.default.svc.cluster.local;.upstream_rq_200",
            "cluster.upstream_rq",
            {"cluster_name": "outbound|9080|v1|reviews.default.svc.cluster.local", "response_code": "200"},
        ),
        ("cluster.xds-grpc;.upstream_cx_total", "cluster.upstream_cx_total", {"cluster_name": "xds-grpc"}),
        (
            "http.outbound_0.0.0.0_9080.downstream_rq_2xx",
            "http.downstream_rq",
            {"http_conn_manager_prefix": "outbound_0.0.0.0_9080", "response_code_class": "2xx"},
        ),
        (
            "http.inbound_0.0.0.0_9080;.downstream_cx_total",
            "http.downstream_cx_total",
            {"http_conn_manager_prefix": "inbound_0.0.0.0_9080"},
        ),
        ("http.stats.downstream_cx_total", "http.downstream_cx_total", {"http_conn_manager_prefix": "stats"}),
        (
            "listener.0.0.0.0_15006.downstream_cx_total",
            "listener.downstream_cx_total",
            {"listener_address": "0.0.0.0_15006"},
        ),
        (
            "mongo.outbound|27017||mongo.example.com.op_query",
            "mongo.op_query",
            {"mongo_prefix": "outbound|27017||mongo.example.com"},
        ),
        ("server.main_thread.watchdog_miss", "server.watchdog_miss", {"thread_name": "main_thread"}),
        ("server.live", "server.live", {}),
    ],
)
def test_labels_are_cut_out(name: str, cut: str, found: dict[str, str]) -> None:
    assert labels(name) == (cut, found)


def test_inclusions_are_added_to_what_is_always_kept() -> None:
    inclusion = StatsInclusion(("cluster.outbound",), ("upstream_rq_pending",), ("listener.*",))
    patterns = stats_config(inclusion)["stats_matcher"]["inclusion_list"]["patterns"]
    for wanted in (
        {"prefix": "cluster.outbound"},
        {"suffix": "upstream_rq_pending"},
        {"safe_regex": {"regex": "listener.*"}},
        {"prefix": "server"},
    ):
        assert wanted in patterns


def test_which_counter_ejected_endpoints_is_kept() -> None:
    patterns = stats_config(StatsInclusion())["stats_matcher"]["inclusion_list"]["patterns"]
    expressions = [each["safe_regex"]["regex"] for each in patterns if "safe_regex" in each]
    cluster = "cluster.outbound|80||a.b.svc;.outlier_detection"
    for name, kept in (
        ("ejections_enforced_consecutive_5xx", True),
        ("ejections_active", True),
        ("ejections_total", False),
    ):
        assert any(re.fullmatch(each, f"{cluster}.{name}") for each in expressions) is kept, name
