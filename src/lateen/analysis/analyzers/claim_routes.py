"""Routes by a token's claims at gateways where nobody checks tokens (IST0149)."""

from collections.abc import Iterator

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import Resource, a_map, numbered, pairs, texts
from lateen.analysis.snapshot import Snapshot
from lateen.base.selectors import matches

_CLAIMS = "@request.auth.claims"


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    for rule in mesh.of("VirtualService"):
        claim = next(_claims(rule), None)
        if claim is not None:
            yield from _unchecked(mesh, rule, *claim)


def _unchecked(mesh: Snapshot, rule: Resource, path: str, claim: str) -> Iterator[Finding]:
    for name in texts(rule.spec.get("gateways")):
        namespace, _, short = name.rpartition("/")
        gateway = mesh.get("Gateway", namespace or rule.namespace, short)
        if gateway is None:
            continue
        for pod in mesh.pods(pairs(gateway.spec.get("selector"))):
            if not any(_checks(one, pod, mesh.root_namespace) for one in mesh.of("RequestAuthentication")):
                fix = f"apply a RequestAuthentication for the gateway's pods in namespace {pod.namespace}"
                yield Finding("IST0149", rule, (claim, str(gateway.key), pod.name), path, fix)


def _claims(rule: Resource) -> Iterator[tuple[str, str]]:
    for path, route in numbered(rule.spec.get("http"), "spec.http"):
        for place, match in numbered(route.get("match"), f"{path}.match"):
            for field in ("headers", "withoutHeaders"):
                for name in a_map(match.get(field)):
                    if str(name).startswith(_CLAIMS):
                        yield f"{place}.{field}", str(name)


def _checks(one: Resource, pod: Resource, root: str) -> bool:
    labels = pairs(a_map(one.spec.get("selector")).get("matchLabels"))
    return one.namespace in (pod.namespace, root) and matches(labels, pod.labels)


ANALYZER = Analyzer(
    "virtualservice.JWTClaimRouteAnalyzer",
    "Checks the VirtualService using JWT claim based routing has corresponding RequestAuthentication",
    ("VirtualService", "RequestAuthentication", "Gateway", "Pod"),
    _analyze,
)
