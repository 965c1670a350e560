"""Effective AuthorizationPolicy: which policies are in force for a workload, and what they come to.

In force are those of the workload's namespace and of the root namespace: with neither selector nor target, with a
selector that the workload has all labels of, or attached to the Gateway that the workload is a proxy of (which is of
the policy's own namespace). Policies that are attached to other objects are for waypoints.

A request passes CUSTOM first, then AUDIT, DENY and ALLOW; without any ALLOW policy, what is not denied is allowed.
https://istio.io/latest/docs/reference/config/security/authorization-policy/
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal

from msgspec import Struct, structs

from lateen.base.selectors import Labels, matches
from lateen.plan.authorization import Authorization, Checks, Consultation, Provider, Rule, Stage
from lateen.security.authorization_rule import Action

GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name"
_CUSTOM = "istio-ext-authz-"
_NOBODY = "-deny-due-to-bad-CUSTOM-action"
_TRIED_DENY, _TRIED_ALLOW, _ASKED = "istio_dry_run_deny_", "istio_dry_run_allow_", "istio_ext_authz_"
_STAGES: tuple[tuple[Action, Literal["LOG", "DENY", "ALLOW"]], ...] = (
    ("AUDIT", "LOG"),
    ("DENY", "DENY"),
    ("ALLOW", "ALLOW"),
)

# Who is asked, by name; None where nobody can be.
FindProvider = Callable[[str], Provider | None]


class Policy(Struct, frozen=True, kw_only=True):
    """One AuthorizationPolicy. `selector`: labels of the workloads that it is for; `gateways`: of which Gateways'
    proxies it is for, instead. `trial`: it only tells what it would do. `provider`: of CUSTOM. `tcp`: its rules as
    they are for connections."""

    namespace: str
    name: str
    action: Action = "ALLOW"
    selector: Mapping[str, str] = {}
    gateways: tuple[str, ...] = ()
    trial: bool = False
    provider: str = ""
    http: tuple[Rule, ...] = ()
    tcp: tuple[Rule, ...] = ()

    @property
    def buckets(self) -> Iterator[tuple[str, str, str]]:
        """Where workloads find it: under its namespace and one pair of labels that they have, or none."""
        for gateway in self.gateways:
            yield self.namespace, GATEWAY_NAME, gateway
        if not self.gateways:
            yield self.namespace, *min(self.selector.items(), default=("", ""))

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of labels that tell whom it is for."""
        return (GATEWAY_NAME,) if self.gateways else tuple(sorted(self.selector))

    def is_for(self, namespace: str, labels: Labels) -> bool:
        """Say whether it is in force for workloads, given that its namespace is theirs or the root namespace."""
        if self.gateways:
            return self.namespace == namespace and labels.get(GATEWAY_NAME) in self.gateways
        return matches(self.selector, labels)


RulesOf = Callable[[Policy], tuple[Rule, ...]]


def _http(policy: Policy) -> tuple[Rule, ...]:
    return policy.http


def _tcp(policy: Policy) -> tuple[Rule, ...]:
    return policy.tcp


def compose(policies: Iterable[Policy], provider: FindProvider, several: bool = False) -> Authorization:
    """Compose what policies in force come to. `several`: a workload may ask more than one provider; else nobody is
    asked where policies name several."""
    known = tuple(policies)
    if not known:
        return Authorization()
    custom = tuple(one for one in known if one.action == "CUSTOM")
    names = sorted({one.provider for one in custom})
    found = {name: provider(name) if several or len(names) == 1 else None for name in names}
    asked = _over_tcp(_consultations(custom, found, _tcp))
    return Authorization(
        http=Checks(custom=tuple(_consultations(custom, found, _http)), stages=tuple(_stages(known, _http))),
        tcp=Checks(custom=tuple(asked), stages=tuple(_stages(known, _tcp))),
    )


def _stages(policies: Iterable[Policy], of: RulesOf) -> Iterator[Stage]:
    for action, verdict in _STAGES:
        enforced = [one for one in policies if one.action == action and not one.trial]
        tried = [one for one in policies if one.action == action and one.trial]
        if enforced or tried:
            yield Stage(
                action=verdict,
                rules=_sorted(rule for one in enforced for rule in of(one)) if enforced else None,
                trial=_sorted(rule for one in tried for rule in of(one)) if tried else None,
                trial_prefix=_TRIED_DENY if tried and action == "DENY" else _TRIED_ALLOW,
            )


def _consultations(
    policies: Iterable[Policy], providers: Mapping[str, Provider | None], of: RulesOf
) -> Iterator[Consultation | Stage]:
    for name, provider in providers.items():
        rules = [rule for one in policies if one.provider == name for rule in of(one)]
        mark = f"{_CUSTOM}{name}"
        if provider is None:
            yield Stage(action="DENY", rules=_sorted(_named(rule, f"{mark}-", _NOBODY) for rule in rules))
        else:
            asked = _sorted(_named(rule, f"{mark}-") for rule in rules)
            yield Consultation(
                stage=Stage(action="DENY", trial=asked, trial_prefix=_ASKED), mark=mark, provider=provider
            )


def _over_tcp(found: Iterable[Consultation | Stage]) -> Iterator[Consultation | Stage]:
    """Only gRPC can carry a question about bytes: with a provider of HTTP, as in Istio, connections pass unasked."""
    return (one for one in found if isinstance(one, Stage) or one.provider.protocol == "grpc")


def _named(rule: Rule, prefix: str, suffix: str = "") -> Rule:
    return structs.replace(rule, name=f"{prefix}{rule.name}{suffix}")


def _sorted(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """In the order in which Envoy looks at them."""
    return tuple(sorted(rules, key=lambda rule: rule.name))
