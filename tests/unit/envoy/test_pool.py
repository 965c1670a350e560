from lateen.envoy import pool
from lateen.plan.upstream import ConnectionPool, Keepalive, OutlierDetection, RetryBudget, Upstream
from lateen.proto.descriptors import message


def limits(**plan):
    built = message("envoy.config.cluster.v3.Cluster")()
    pool.limit(built, Upstream(name="a", discovery="EDS", **plan))
    [found] = built.circuit_breakers.thresholds
    return found


def options(protocol="http1", names_itself=False, checked=True, **plan):
    upstream = Upstream(name="a", discovery="EDS", protocol=protocol, **plan)
    return pool.http_options(upstream, names_itself=names_itself, checked=checked)


def test_what_is_not_limited_has_no_limit():
    found = limits(pool=ConnectionPool(max_connections=1))
    assert found.max_connections.value == 1
    assert found.max_requests.value == found.max_retries.value == 2**32 - 1
    assert not found.HasField("retry_budget")


def test_a_retry_budget():
    found = limits(retry_budget=RetryBudget(30.0, 4, 2000)).retry_budget
    assert (found.budget_percent.value, found.min_retry_concurrency.value, found.budget_interval.seconds) == (30, 4, 2)
    assert not limits(retry_budget=RetryBudget()).retry_budget.HasField("min_retry_concurrency")


def test_keep_alive_takes_whole_seconds():
    found = message("envoy.config.core.v3.TcpKeepalive")()
    pool.keep_alive(found, Keepalive(3, 60_500, 10))
    assert (found.keepalive_probes.value, found.keepalive_time.value, found.keepalive_interval.value) == (3, 60, 1)


def test_connections_live_as_long_as_said():
    common = options(pool=ConnectionPool(idle_timeout_ms=1000, max_duration_ms=2000)).common_http_protocol_options
    assert (common.idle_timeout.seconds, common.max_connection_duration.seconds) == (1, 2)
    assert options() is None


def test_http2_has_its_streams_and_pings():
    plan = ConnectionPool(max_streams=12, ping_interval_ms=2000, ping_timeout_ms=1000)
    for found in (
        options("http2", pool=plan).explicit_http_config.http2_protocol_options,
        options("downstream", pool=plan).use_downstream_protocol_config.http2_protocol_options,
    ):
        assert found.max_concurrent_streams.value == 12
        assert (found.connection_keepalive.interval.seconds, found.connection_keepalive.timeout.seconds) == (2, 1)


def test_answers_that_count_as_errors():
    matcher = options(outliers=OutlierDetection(http_codes=(418, 503))).outlier_detection.error_matcher
    said = [rule.http_response_headers_match.headers[0] for rule in matcher.or_match.rules]
    assert [(one.name, one.string_match.exact) for one in said] == [(":status", "418"), (":status", "503")]
    one = options(outliers=OutlierDetection(http_codes=(503,))).outlier_detection.error_matcher
    assert len(one.or_match.rules) == 2, "Envoy wants two at least"


def test_a_name_is_not_looked_for_in_a_certificate_that_nobody_checks():
    assert options(names_itself=True).upstream_http_protocol_options.auto_san_validation
    unchecked = options(names_itself=True, checked=False).upstream_http_protocol_options
    assert unchecked.auto_sni and not unchecked.auto_san_validation


def test_envoy_takes_every_setting(accepted):
    from lateen.envoy.build import Builder

    plan = Upstream(
        name="a",
        discovery="EDS",
        protocol="http2",
        pool=ConnectionPool(
            max_streams=1, max_duration_ms=1, idle_timeout_ms=1, ping_interval_ms=1000, ping_timeout_ms=5
        ),
        keepalive=Keepalive(1, 1000, 1000),
        retry_budget=RetryBudget(30.0, 4, 2000),
        outliers=OutlierDetection(http_codes=(503,)),
        proxy_protocol="V2",
        weighted=True,
    )
    accepted(clusters=[Builder().cluster(plan)])
