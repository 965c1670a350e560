"""Webhooks of a control plane elsewhere that cannot be reached, or by an address alone (IST0163, IST0164)."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import a_map, numbered
from lateen.analysis.snapshot import Snapshot
from lateen.kinds.addresses import is_ip

_KINDS = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")
_OURS = ("istio-validator", "istio-sidecar-injector")


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    for kind in _KINDS:
        for one in mesh.of(kind):
            for path, webhook in numbered(one.raw.get("webhooks"), "webhooks") if one.name.startswith(_OURS) else ():
                client, name = a_map(webhook.get("clientConfig")), str(webhook.get("name") or "")
                if a_map(client.get("service")):
                    continue
                host = urlsplit(str(client.get("url") or "")).hostname or ""
                if not host:
                    yield Finding("IST0163", one, (host, name, "is blank"), f"{path}.clientConfig.url")
                elif is_ip(host):
                    yield Finding("IST0164", one, (host, name), f"{path}.clientConfig.url")


ANALYZER = Analyzer(
    "externalcontrolplane.ExternalControlPlaneAnalyzer",
    "Checks that the remote IstioOperator resources reference an external control plane",
    _KINDS,
    _analyze,
)
