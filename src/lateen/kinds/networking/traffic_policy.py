"""What applies to traffic after routing: load balancing, pools, outliers, TLS."""

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.addresses import is_ip
from lateen.kinds.durations import duration_faults
from lateen.kinds.hosts import dns_name_faults
from lateen.kinds.model import Model, Percent, Uint32
from lateen.kinds.networking.client_tls import ClientTLSSettings, client_tls_faults
from lateen.kinds.networking.connection_pool import ConnectionPoolSettings, pool_faults
from lateen.kinds.networking.destination import PortSelector
from lateen.kinds.networking.load_balancer import LoadBalancerSettings, load_balancer_faults
from lateen.kinds.networking.outlier_detection import OutlierDetection, outlier_faults
from lateen.kinds.numbers import port_faults


class TunnelSettings(Model, frozen=True, kw_only=True):
    """TCP or TLS traffic is carried to a target through an HTTP proxy. `protocol` "" = CONNECT."""

    protocol: str = ""
    target_host: str
    target_port: Uint32


class ProxyProtocol(Model, frozen=True, kw_only=True):
    """The PROXY header towards the service."""

    version: Literal["V1", "V2"] = "V1"


class RetryBudget(Model, frozen=True, kw_only=True):
    """How many retries may run beside the requests; None = 20 %."""

    percent: Percent | None = None
    min_retry_concurrency: Uint32 = 0
    budget_interval: str | None = None


class PortTrafficPolicy(Model, frozen=True, kw_only=True):
    """The policy of one port; it replaces the whole service's, setting by setting nothing is inherited."""

    port: PortSelector | None = None
    load_balancer: LoadBalancerSettings | None = None
    connection_pool: ConnectionPoolSettings | None = None
    outlier_detection: OutlierDetection | None = None
    tls: ClientTLSSettings | None = None


class TrafficPolicy(Model, frozen=True, kw_only=True):
    """The policy of a service or of a subset; a subset's settings replace the service's one by one."""

    load_balancer: LoadBalancerSettings | None = None
    connection_pool: ConnectionPoolSettings | None = None
    outlier_detection: OutlierDetection | None = None
    tls: ClientTLSSettings | None = None
    port_level_settings: Annotated[tuple[PortTrafficPolicy, ...], Meta(max_length=4096)] = ()
    tunnel: TunnelSettings | None = None
    proxy_protocol: ProxyProtocol | None = None
    retry_budget: RetryBudget | None = None


_EMPTY = TrafficPolicy()


def policy_faults(path: str, policy: TrafficPolicy | None) -> Iterator[Fault]:
    """Yield what is wrong with a traffic policy."""
    if policy is None:
        return
    if policy == _EMPTY:
        yield Fault(path, "is empty: it needs at least one setting", "remove it")
    yield from _setting_faults(path, policy)
    if policy.tunnel is not None:
        yield from _tunnel_faults(f"{path}.tunnel", policy.tunnel)
    if policy.retry_budget is not None:
        yield from duration_faults(f"{path}.retryBudget.budgetInterval", policy.retry_budget.budget_interval, zero=True)
    seen: set[int] = set()
    for index, setting in enumerate(policy.port_level_settings):
        place = f"{path}.portLevelSettings[{index}]"
        yield from _port_setting_faults(place, setting, seen)


def _port_setting_faults(path: str, setting: PortTrafficPolicy, seen: set[int]) -> Iterator[Fault]:
    if setting.port is None:
        yield Fault(f"{path}.port", "is required")
    else:
        number = setting.port.number
        yield from port_faults(f"{path}.port.number", number)
        if number in seen:
            yield Fault(f"{path}.port.number", f"port {number} has settings already", "", "warning")
        seen.add(number)
    yield from _setting_faults(path, setting)


def _setting_faults(path: str, policy: TrafficPolicy | PortTrafficPolicy) -> Iterator[Fault]:
    yield from outlier_faults(f"{path}.outlierDetection", policy.outlier_detection)
    yield from pool_faults(f"{path}.connectionPool", policy.connection_pool)
    has_outliers = policy.outlier_detection is not None
    yield from load_balancer_faults(f"{path}.loadBalancer", policy.load_balancer, has_outliers)
    yield from client_tls_faults(f"{path}.tls", policy.tls)


def _tunnel_faults(path: str, tunnel: TunnelSettings) -> Iterator[Fault]:
    if tunnel.protocol and tunnel.protocol.upper() not in ("CONNECT", "POST"):
        yield Fault(f"{path}.protocol", f'"{tunnel.protocol}" is none of CONNECT, POST')
    if not is_ip(tunnel.target_host):
        yield from dns_name_faults(f"{path}.targetHost", tunnel.target_host)
    yield from port_faults(f"{path}.targetPort", tunnel.target_port)
