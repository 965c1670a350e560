"""Secrets of Gateways that no proxy can serve (IST0161), and one certificate for several Gateways (IST0138)."""

import base64
import binascii
from collections.abc import Iterator

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import Resource, a_map, numbered, pairs, texts
from lateen.analysis.snapshot import Snapshot
from lateen.base.selectors import matches

# The names of a Secret's certificate and key: of kubernetes.io/tls, and Istio's own.
_PAIRS = (("tls.crt", "tls.key"), ("cert", "key"))
_BEGINS = b"-----BEGIN "


def _invalid(mesh: Snapshot) -> Iterator[Finding]:
    for gateway in mesh.of("Gateway"):
        namespaces = _namespaces(mesh, gateway)
        for path, name in _credentials(gateway):
            for secret in (mesh.get("Secret", namespace, name) for namespace in namespaces):
                if secret is not None and (fault := _fault(secret)):
                    fix = f"Secret {secret.key} {fault}"
                    yield Finding("IST0161", gateway, (gateway.name, gateway.namespace), path, fix)


def _namespaces(mesh: Snapshot, gateway: Resource) -> list[str]:
    """Those of the gateway's proxies, where their Secrets are looked for."""
    selector = pairs(gateway.spec.get("selector"))
    behind = [pod.namespace for pod in mesh.pods(selector)]
    behind += [one.namespace for one, labels in mesh.templates() if matches(selector, labels)]
    return sorted(set(behind))


def _credentials(gateway: Resource) -> Iterator[tuple[str, str]]:
    for path, server in numbered(gateway.spec.get("servers"), "spec.servers"):
        tls = a_map(server.get("tls"))
        if name := tls.get("credentialName"):
            yield f"{path}.tls.credentialName", str(name)
        for index, name in enumerate(texts(tls.get("credentialNames"))):
            yield f"{path}.tls.credentialNames[{index}]", name


def _fault(secret: Resource) -> str:
    data = {**a_map(secret.raw.get("data")), **a_map(secret.raw.get("stringData"))}
    for fields in _PAIRS:
        if any(name in data for name in fields):
            missing = [name for name in fields if not data.get(name)]
            wrong = [name for name in fields if name not in missing and not _is_pem(secret, name)]
            return f"has no {missing[0]}" if missing else f"has no PEM in {wrong[0]}" if wrong else ""
    return "" if data.keys() & {"ca.crt", "cacert"} else "has no tls.crt and tls.key"


def _is_pem(secret: Resource, name: str) -> bool:
    if name in (plain := a_map(secret.raw.get("stringData"))):
        return _BEGINS in str(plain[name]).encode()
    try:
        return _BEGINS in base64.b64decode(str(a_map(secret.raw.get("data"))[name]), validate=True)
    except (binascii.Error, ValueError):
        return False


def _shared(mesh: Snapshot) -> Iterator[Finding]:
    for gateway in mesh.of("Gateway"):
        for path, name in _credentials(gateway):
            rivals = [one for one in mesh.of("Gateway") if one is not gateway and _meet(gateway, one, name)]
            if rivals:
                names = sorted(str(one.key) for one in (gateway, *rivals))
                fix = "write the hosts of the certificate into one Gateway"
                yield Finding("IST0138", gateway, (names,), path, fix)


def _meet(one: Resource, other: Resource, credential: str) -> bool:
    """Whether another Gateway serves the same certificate from the same proxies."""
    mine, theirs = pairs(one.spec.get("selector")), pairs(other.spec.get("selector"))
    same = matches(mine, theirs) or matches(theirs, mine)
    return same and any(name == credential for _, name in _credentials(other))


ANALYZER = Analyzer(
    "gateway.SecretAnalyzer",
    "Checks a gateway's referenced secrets for correctness",
    ("Gateway", "Pod", "Secret"),
    _invalid,
)
CERTIFICATES = Analyzer("gateway.CertificateAnalyzer", "Checks a gateway certificate", ("Gateway",), _shared)
