"""Rules on who a token is of, where nobody checks tokens (LAT0009), or none of that issuer (LAT0010).

A request then has no principal: an ALLOW rule takes none, a DENY rule denies none, and one with `notRequestPrincipals`
denies all.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.finding import Finding
from lateen.analysis.resource import Resource, a_map, maps, numbered, pairs, texts
from lateen.analysis.snapshot import Snapshot
from lateen.base.selectors import matches

_FIX = "apply a RequestAuthentication for the same workloads, before this policy"


def _analyze(mesh: Snapshot) -> Iterator[Finding]:
    for policy in mesh.of("AuthorizationPolicy"):
        checked = [one for one in mesh.of("RequestAuthentication") if _covers(mesh, one, policy)]
        issuers = {str(rule.get("issuer") or "") for one in checked for rule in maps(one.spec.get("jwtRules"))}
        for path, name, values in _principals(policy):
            if not issuers:
                yield Finding("LAT0009", policy, (_consequence(policy, name),), path, _FIX)
            elif "" not in issuers:
                yield from _unknown(policy, path, values, sorted(issuers))


def _covers(mesh: Snapshot, one: Resource, policy: Resource) -> bool:
    """Whether a RequestAuthentication is for all workloads that a policy is for."""
    if one.namespace not in (policy.namespace, mesh.root_namespace):
        return False
    if one.spec.get("targetRefs") or one.spec.get("targetRef") or policy.spec.get("targetRefs"):
        return _targets(one) == _targets(policy)
    return matches(_labels(one), _labels(policy))


def _targets(one: Resource) -> list[tuple[str, str]]:
    found = [*maps(one.spec.get("targetRefs")), a_map(one.spec.get("targetRef"))]
    return sorted((str(each.get("kind")), str(each.get("name"))) for each in found if each)


def _labels(one: Resource) -> dict[str, str]:
    return pairs(a_map(one.spec.get("selector")).get("matchLabels"))


def _principals(policy: Resource) -> Iterator[tuple[str, str, list[str]]]:
    """Every condition on the principal of a token: its path, the field's name, its values."""
    for rule_path, rule in numbered(policy.spec.get("rules"), "spec.rules"):
        for path, one in numbered(rule.get("from"), f"{rule_path}.from"):
            source = a_map(one.get("source"))
            for name in ("requestPrincipals", "notRequestPrincipals"):
                if name in source:
                    yield f"{path}.source.{name}", name, texts(source[name])
        for path, condition in numbered(rule.get("when"), f"{rule_path}.when"):
            if str(condition.get("key", "")).startswith("request.auth."):
                name = "requestPrincipals" if condition.get("values") else "notRequestPrincipals"
                yield f"{path}.key", name, []


def _consequence(policy: Resource, name: str) -> str:
    denies = policy.spec.get("action") == "DENY"
    if name == "notRequestPrincipals":
        return "this rule denies every request" if denies else "this rule lets every request pass"
    return "this rule denies no request: access is open" if denies else "this rule lets no request pass"


def _unknown(policy: Resource, path: str, values: list[str], issuers: list[str]) -> Iterator[Finding]:
    for index, value in enumerate(values):
        issuer = value.rpartition("/")[0]
        if not issuer or "*" in issuer or issuer in issuers:
            continue
        near = get_close_matches(issuer, issuers, 1)
        fix = f"did you mean {near[0]}{value[len(issuer) :]}?" if near else f"known are {', '.join(issuers)}"
        yield Finding("LAT0010", policy, (issuer,), f"{path}[{index}]", fix)


ANALYZER = Analyzer(
    "lateen.RequestPrincipalAnalyzer",
    "Checks that tokens are checked where rules ask who they are of",
    ("AuthorizationPolicy", "RequestAuthentication"),
    _analyze,
)
