import pytest
from api_gateways import listeners
from gateway_certificates import issue

from lateen.planner.gateway_api.listener import Clients

MAPS = {"shop/roots": issue("ca", authority=True).certificate_pem}
HTTPS = "{name: s, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: c}]}}"
CHECK = "{validation: {caCertificateRefs: [{group: '', kind: %s, name: %s}]%s}}"
ROOTS = CHECK % ("ConfigMap", "roots", "")


def read(default: str, per_port: str = "", listener: str = HTTPS):
    frontend = f"{{default: {default}{f', perPort: [{per_port}]' if per_port else ''}}}"
    (found,) = listeners(listener, f", tls: {{frontend: {frontend}}}", config_maps=MAPS)
    return found


def test_clients_are_checked_by_the_authorities_of_their_port():
    found = read(ROOTS)
    assert found.clients == Clients("configmap://shop/roots") and found.works
    assert read("{}").clients is None
    assert read("{}", f"{{port: 443, tls: {ROOTS}}}").clients == Clients("configmap://shop/roots")
    assert read(ROOTS, "{port: 443, tls: {}}").clients is None


def test_anybody_may_be_let_in():
    found = read(CHECK % ("ConfigMap", "roots", ", mode: AllowInsecureFallback"))
    assert found.clients == Clients("configmap://shop/roots", verified=False)


def test_only_tls_that_ends_here_has_clients_to_check():
    assert read(ROOTS, listener="{name: h, port: 80, protocol: HTTP}").clients is None


@pytest.mark.parametrize(
    ("kind", "name", "reason"),
    [("ConfigMap", "gone", "InvalidCACertificateRef"), ("Other", "roots", "InvalidCACertificateKind")],
)
def test_where_clients_cannot_be_checked_nobody_is_let_in(kind, name, reason):
    found = read(CHECK % (kind, name, ""))
    assert not found.works
    assert [(one.condition, one.reason) for one in found.faults] == [
        ("ResolvedRefs", reason),
        ("Accepted", "NoValidCACertificate"),
    ]
