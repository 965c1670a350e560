import pytest

from lateen.kinds.security.source import Source, source_faults


def paths(custom=False, **fields):
    return [fault.path for fault in source_faults("s", Source(**fields), custom)]


def test_sources_are_accepted():
    assert paths(principals=("*",), namespaces=("a",), ip_blocks=("10.0.0.1", "::/0")) == []
    assert paths(service_accounts=("ns/sa", "sa"), trust_domains=("a.b",)) == []


def test_a_source_names_something():
    assert paths() == ["s"]
    assert [fault.path for fault in source_faults("s", None, False)] == ["s"]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"not_principals": ("a", "")}, "s.notPrincipals[1]"),
        ({"ip_blocks": ("ip",)}, "s.ipBlocks[0]"),
        ({"not_remote_ip_blocks": ("1.2.3.4/99",)}, "s.notRemoteIpBlocks[0]"),
        ({"service_accounts": ("Ns/sa",)}, "s.serviceAccounts[0]"),
        ({"not_service_accounts": ("ns/*",)}, "s.notServiceAccounts[0]"),
        ({"service_accounts": ("a/b",), "namespaces": ("a",)}, "s.namespaces"),
    ],
)
def test_faults_name_the_field(fields, path):
    assert paths(**fields) == [path]


def test_custom_rules_know_no_identities():
    assert paths(custom=True, ip_blocks=("10.0.0.1",)) == []
    assert paths(custom=True, namespaces=("a",), request_principals=("b",)) == ["s.requestPrincipals", "s.namespaces"]
