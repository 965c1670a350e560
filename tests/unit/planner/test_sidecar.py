import pytest
from worlds import istio

from lateen.kinds.decode import decode
from lateen.planner.sidecar import EVERYTHING, Egress, SidecarRules, sidecar_rules


def rules(spec: str) -> SidecarRules:
    return sidecar_rules(decode(istio("Sidecar", "default", spec)))


def egress(*hosts: str) -> Egress:
    return rules(f"{{egress: [{{hosts: [{', '.join(repr(host) for host in hosts)}]}}]}}").egress[0]


@pytest.mark.parametrize(
    ("hosts", "namespace", "host", "known"),
    [
        (["./*"], "shop", "web.x", True),
        (["./*"], "bank", "web.x", False),
        (["*/*"], "bank", "web.x", True),
        (["~/*"], "shop", "web.x", False),
        (["bank/*"], "bank", "web.x", True),
        (["bank/api.x"], "bank", "web.x", False),
        (["*/web.x"], "bank", "web.x", True),
        (["bank/*.x"], "bank", "web.x", True),
        (["bank/*.x"], "bank", "*.web.x", True),
        (["bank/*.web.x"], "bank", "*.x", False),
        (["*/Web.X"], "bank", "web.x", True),
        (["*/*", "~bank/*"], "bank", "web.x", False),
        (["*/*", "~bank/*"], "shop", "web.x", True),
        (["*/*", "~bank/web.x"], "bank", "api.x", True),
        (["*/*", "~/web.x"], "bank", "web.x", False),
    ],
)
def test_hosts_say_which_services_are_known(hosts, namespace, host, known):
    assert egress(*hosts).imports(namespace, host) is known


@pytest.mark.parametrize(
    ("hosts", "namespace", "of_rules", "obeyed"),
    [
        (["./*"], "shop", ["web.x"], True),
        (["./*"], "bank", ["web.x"], False),
        (["*/web.x"], "bank", ["*.x"], True),
        (["*/*.x"], "bank", ["web.x", "other.y"], True),
        (["*/*.x"], "bank", ["other.y"], False),
        (["*/*", "~/web.x"], "bank", ["web.x"], False),
        (["*/*", "~/web.x"], "bank", ["web.x", "api.x"], True),
    ],
)
def test_rules_count_where_one_of_their_hosts_is_known_in_part(hosts, namespace, of_rules, obeyed):
    assert egress(*hosts).obeys(namespace, of_rules) is obeyed


def test_without_egress_everything_is_known():
    assert rules("{outboundTrafficPolicy: {mode: ALLOW_ANY}}").egress == (EVERYTHING,)


def test_a_listener_that_captures_nothing_is_bound_to_the_loopback_address():
    spec = """
    egress:
    - {port: {number: 80, protocol: HTTP}, captureMode: NONE, hosts: [./*]}
    - {port: {number: 81, protocol: HTTP}, bind: 192.0.2.1, hosts: [./*]}
    - {port: {protocol: HTTP}, bind: 'unix:///run/web', hosts: [./*]}
    - {hosts: [./*]}
    """
    found = rules(spec).egress
    assert [(one.port, one.address) for one in found] == [
        (80, "127.0.0.1"),
        (81, "192.0.2.1"),
        (0, "unix:///run/web"),
        (0, ""),
    ]
    assert [one.is_socket for one in found] == [False, False, True, False]


@pytest.mark.parametrize(
    ("policy", "allow", "proxy"),
    [
        ("", None, ""),
        ("{mode: ALLOW_ANY}", True, ""),
        ("{}", False, ""),
        (
            "{mode: ALLOW_ANY, egressProxy: {host: out, port: {number: 80}}}",
            True,
            "outbound|80||out.shop.svc.cluster.local",
        ),
    ],
)
def test_the_outbound_policy_is_its_own_or_the_meshs(policy, allow, proxy):
    said = f", outboundTrafficPolicy: {policy}" if policy else ""
    found = rules(f"{{egress: [{{hosts: [./*]}}]{said}}}")
    assert (found.allow_any, found.egress_proxy) == (allow, proxy)
