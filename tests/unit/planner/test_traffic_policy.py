from worlds import World, istio, mesh_config, service

from lateen.plan.listener import TcpProxy, Tunnel
from lateen.plan.upstream import ConnectionPool, Keepalive, OutlierDetection, RetryBudget, Upstream

WEB = "web.shop.svc.cluster.local"


def upstream(policy: str, *, subset: str = "", port: int = 80) -> Upstream:
    world = World()
    world.put(service("web", [{"name": "http", "port": 80}, {"name": "http-b", "port": 81}]))
    subsets = f"subsets: [{{name: v1, trafficPolicy: {subset}}}]" if subset else "subsets: [{name: v1}]"
    world.put(istio("DestinationRule", "web", f"{{host: web, trafficPolicy: {policy}, {subsets}}}"))
    found = world.upstream(f"outbound|{port}|{'v1' if subset else ''}|{WEB}")
    assert found is not None
    return found


def test_limits_are_planned():
    policy = """{connectionPool: {tcp: {maxConnections: 100, connectTimeout: 2s},
      http: {http1MaxPendingRequests: 50, http2MaxRequests: 90, maxRequestsPerConnection: 7, maxRetries: 3,
             idleTimeout: 30s}}}"""
    found = upstream(policy)
    assert found.connect_timeout_ms == 2000
    assert found.pool == ConnectionPool(
        max_connections=100,
        max_pending_requests=50,
        max_requests=90,
        max_requests_per_connection=7,
        max_retries=3,
        idle_timeout_ms=30_000,
    )


def test_a_connect_timeout_alone_is_no_limit():
    assert upstream("{connectionPool: {tcp: {connectTimeout: 2s}}}").pool is None


def test_outlier_detection_is_planned_and_what_is_not_said_stays_unset():
    found = upstream("{outlierDetection: {consecutive5xxErrors: 5, interval: 10s, maxEjectionPercent: 50}}")
    assert found.outliers == OutlierDetection(
        consecutive_5xx=5, interval_ms=10_000, max_ejection_percent=50, min_health_percent=0
    )
    found = upstream("{outlierDetection: {consecutiveGatewayErrors: 0, baseEjectionTime: 30s}}")
    assert (found.outliers.consecutive_gateway_errors, found.outliers.consecutive_5xx) == (0, -1)


def test_the_balancer_is_least_request_unless_said():
    assert upstream("{connectionPool: {tcp: {}}}").balancer == "LEAST_REQUEST"
    for said, planned in (("ROUND_ROBIN", "ROUND_ROBIN"), ("RANDOM", "RANDOM"), ("LEAST_CONN", "LEAST_REQUEST")):
        assert upstream(f"{{loadBalancer: {{simple: {said}}}}}").balancer == planned


def test_passthrough_goes_where_the_client_was_going():
    assert upstream("{loadBalancer: {simple: PASSTHROUGH}}").discovery == "ORIGINAL_DST"


def test_a_ports_settings_replace_the_destinations_as_a_whole():
    policy = """{loadBalancer: {simple: RANDOM}, connectionPool: {tcp: {maxConnections: 1}},
      portLevelSettings: [{port: {number: 81}, connectionPool: {tcp: {maxConnections: 9}}}]}"""
    found = upstream(policy, port=81)
    assert (found.pool.max_connections, found.balancer) == (9, "LEAST_REQUEST")
    assert upstream(policy).balancer == "RANDOM"


def test_a_subset_overrides_what_it_names():
    policy = "{loadBalancer: {simple: RANDOM}, connectionPool: {tcp: {maxConnections: 1}}}"
    found = upstream(policy, subset="{connectionPool: {tcp: {maxConnections: 5}}}")
    assert (found.pool.max_connections, found.balancer) == (5, "RANDOM")


def test_a_subsets_port_is_the_narrowest():
    subset = """{loadBalancer: {simple: ROUND_ROBIN},
      portLevelSettings: [{port: {number: 80}, loadBalancer: {simple: RANDOM}}]}"""
    policy = "{connectionPool: {tcp: {maxConnections: 1}}}"
    assert upstream(policy, subset=subset).balancer == "RANDOM"
    assert upstream(policy, subset=subset, port=81).balancer == "ROUND_ROBIN"


def test_lifetimes_streams_and_pings_are_planned():
    policy = """{connectionPool: {tcp: {maxConnectionDuration: 60s, tcpKeepalive: {probes: 3, time: 60s, interval: 10s}},
      http: {maxConcurrentStreams: 12, http2KeepAlive: {interval: 20s, timeout: 5s}}}}"""
    found = upstream(policy)
    assert found.pool == ConnectionPool(
        max_streams=12, max_duration_ms=60_000, ping_interval_ms=20_000, ping_timeout_ms=5_000
    )
    assert found.keepalive == Keepalive(3, 60_000, 10_000)


def test_the_meshs_keepalive_counts_where_a_rule_has_none():
    world = World()
    world.put(service("web"), mesh_config("tcpKeepalive: {time: 5s}"))
    assert world.upstream(f"outbound|80||{WEB}").keepalive == Keepalive(time_ms=5000)
    rule = "{host: web, trafficPolicy: {connectionPool: {tcp: {tcpKeepalive: {time: 9s}}}}}"
    world.put(istio("DestinationRule", "web", rule))
    assert world.upstream(f"outbound|80||{WEB}").keepalive == Keepalive(time_ms=9000)


def test_a_retry_budget_is_a_fifth_unless_said():
    assert upstream("{retryBudget: {minRetryConcurrency: 4}}").retry_budget == RetryBudget(20.0, 4)
    budget = "{retryBudget: {percent: 0, budgetInterval: 2s}}"
    assert upstream(budget).retry_budget == RetryBudget(0.0, 0, 2000)


def test_the_proxy_header_is_for_all_ports():
    policy = "{proxyProtocol: {version: V2}, portLevelSettings: [{port: {number: 81}, loadBalancer: {simple: RANDOM}}]}"
    assert upstream(policy).proxy_protocol == upstream(policy, port=81).proxy_protocol == "V2"


def test_the_codes_that_count_as_errors_are_planned_in_order():
    found = upstream("{outlierDetection: {outlierDetectionHttpErrorCodes: [503, 418, 503]}}")
    assert found.outliers.http_codes == (418, 503)


def carried(policy: str) -> TcpProxy:
    world = World()
    world.put(service("db", [{"name": "tcp", "port": 3306}], address="10.0.0.9"))
    world.put(istio("DestinationRule", "db", f"{{host: db, trafficPolicy: {policy}}}"))
    return world.listener("10.0.0.9_3306").default_chain.proxy


def test_bytes_are_carried_as_long_as_the_rule_says():
    found = carried("{connectionPool: {tcp: {idleTimeout: 0s, maxConnectionDuration: 60s}}}")
    assert (found.idle_ms, found.max_duration_ms) == (0, 60_000)
    assert carried("{loadBalancer: {simple: RANDOM}}").idle_ms == -1


def test_bytes_go_through_a_tunnel():
    assert carried("{tunnel: {targetHost: a.x, targetPort: 443}}").tunnel == Tunnel("a.x:443")
    post = carried("{tunnel: {protocol: POST, targetHost: '::1', targetPort: 443}}").tunnel
    assert post == Tunnel("[::1]:443", post=True)
