import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from base64 import b64encode

from findings import core, findings, found, istio

from lateen.analysis.analyzers.gateway_credentials import ANALYZER, CERTIFICATES

POD = core("Pod", "gw", labels="{istio: gw}")
PEM = b64encode(b"-----BEGIN CERTIFICATE-----\n").decode()


def gateway(name: str, credential: str = "crt", label: str = "gw") -> str:
    server = f"{{tls: {{mode: SIMPLE, credentialName: {credential}}}}}"
    return istio("Gateway", name, f"{{selector: {{istio: {label}}}, servers: [{server}]}}")


def secret(data: str) -> str:
    return f"---\napiVersion: v1\nkind: Secret\nmetadata: {{name: crt}}\ndata: {data}\n"


def test_a_secret_that_no_proxy_can_serve_is_told_with_what_it_lacks() -> None:
    for data, fix in (
        ("{}", "has no tls.crt and tls.key"),
        (f"{{tls.crt: {PEM}}}", "has no tls.key"),
        (f"{{tls.crt: eA==, tls.key: {PEM}}}", "has no PEM in tls.crt"),
    ):
        (one,) = findings(ANALYZER, gateway("g") + POD + secret(data))
        assert (one.code, one.fix) == ("IST0161", f"Secret shop/crt {fix}")
        assert one.path == "spec.servers[0].tls.credentialName"
        assert "eA==" not in str(one)


def test_a_whole_secret_and_one_that_is_not_read_are_nothing_to_tell() -> None:
    assert findings(ANALYZER, gateway("g") + POD + secret(f"{{cert: {PEM}, key: {PEM}}}")) == []
    assert findings(ANALYZER, gateway("g") + POD) == []


def test_one_certificate_in_two_gateways_of_the_same_proxies_is_told() -> None:
    told = found(CERTIFICATES, gateway("a") + gateway("b"))
    assert told == [("IST0138", "Gateway shop/a"), ("IST0138", "Gateway shop/b")]
    assert found(CERTIFICATES, gateway("a") + gateway("b", label="other")) == []
    assert found(CERTIFICATES, gateway("a") + gateway("b", "other")) == []
