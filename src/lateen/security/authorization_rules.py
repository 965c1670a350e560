"""AuthorizationPolicies as collections: each read once, found by the workloads that it is for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lateen.base.refs import Key
from lateen.base.selectors import Labels
from lateen.kinds.object import Object
from lateen.kinds.security.authorization_policy import AuthorizationPolicySpec
from lateen.kinds.security.dry_run import is_dry_run
from lateen.plan.authorization import NO_AUTHORIZATION, Authorization, Rule
from lateen.reactive import Collection, Engine, Index, Read
from lateen.registry.registry import Registry
from lateen.security.authorization import Policy, compose
from lateen.security.authorization_rule import nothing, over_tcp, read_rule
from lateen.security.external_authorizers import Locate, external_authorizer
from lateen.store.store import Store


@dataclass(frozen=True)
class AuthorizationSecurity:
    """`policies_for`: by `Policy.buckets`. `labels_in`: the names of labels that policies tell workloads apart by, by
    namespace; a change of other parts of a policy does not touch it."""

    registry: Registry
    policies_for: Index[tuple[str, str, str], Key, Policy]
    labels_in: Index[str, Key, tuple[str, ...]]

    def of(self, read: Read, namespace: str, labels: Labels, locate: Locate) -> Authorization:
        """Return what is in force for workloads with these labels. `locate`: where providers are."""
        mesh = self.registry.settings(read)
        found = tuple(self._in_force(read, namespace, labels, mesh.root_namespace))
        if not found:
            return NO_AUTHORIZATION
        providers = mesh.extension_providers
        return compose(found, lambda name: external_authorizer(name, providers, locate), mesh.several_authorizers)

    def _in_force(self, read: Read, namespace: str, labels: Labels, root_namespace: str) -> Iterator[Policy]:
        pairs = (("", ""), *labels.items())
        for place in dict.fromkeys((root_namespace, namespace)):
            for pair in pairs:
                for policy in read.find(self.policies_for, (place, *pair)).values():
                    if policy.is_for(namespace, labels):
                        yield policy


def build_authorization_security(engine: Engine, store: Store, registry: Registry) -> AuthorizationSecurity:
    """Build the collections over the store's AuthorizationPolicies."""

    def of_object(read: Read, key: Key, found: Object) -> Policy | None:
        mesh = registry.settings(read)
        return policy(found, mesh.trust_domains)

    policies: Collection[Key, Policy] = engine.map("authorization policies", store["AuthorizationPolicy"], of_object)
    labels = engine.map("labels of authorization policies", policies, lambda read, key, one: one.labels or None)
    return AuthorizationSecurity(
        registry=registry,
        policies_for=engine.index("authorization policies for", policies, lambda key, one: one.buckets),
        labels_in=engine.index("authorization labels in namespace", labels, lambda key, names: (key.namespace,)),
    )


def policy(found: Object, domains: Sequence[str]) -> Policy | None:
    """Read an AuthorizationPolicy; None when it is for no sidecar or gateway. `domains`: the mesh's trust domains."""
    spec: AuthorizationPolicySpec = found.model.spec
    targets = (*spec.target_refs, *((spec.target_ref,) if spec.target_ref else ()))
    gateways = tuple(one.name for one in targets if one.kind == "Gateway")
    if targets and not gateways:
        return None
    rules = tuple(_rules(found, domains))
    return Policy(
        namespace=found.namespace,
        name=found.name,
        action=spec.action,
        selector=spec.selector.match_labels if spec.selector else {},
        gateways=gateways,
        trial=is_dry_run(found.annotations),
        provider=spec.provider.name if spec.provider else "",
        http=rules,
        tcp=tuple(over_tcp(rules, spec.action)),
    )


def _rules(found: Object, domains: Sequence[str]) -> Iterator[Rule]:
    name = f"ns[{found.namespace}]-policy[{found.name}]-rule"
    spec: AuthorizationPolicySpec = found.model.spec
    if not spec.rules:
        yield nothing(f"{name}[0]", found.origin_at("spec"))
    for index, rule in enumerate(spec.rules):
        yield read_rule(rule, f"{name}[{index}]", found.origin_at(f"spec.rules[{index}]"), domains)
