"""AuthorizationPolicy: who may do what with workloads.

https://istio.io/latest/docs/reference/config/security/authorization-policy/
"""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.istio_status import IstioStatus
from lateen.kinds.label_selector import WorkloadSelector
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Model, named
from lateen.kinds.security.condition import AttributeCondition, condition_faults
from lateen.kinds.security.dry_run import DRY_RUN, dry_run_faults
from lateen.kinds.security.operation import Operation, host_faults, operation_faults
from lateen.kinds.security.source import Source, source_faults
from lateen.kinds.spec import AGE, Column, KindSpec
from lateen.kinds.target_ref import ATTACHED, PolicyTargetReference, PolicyTargetReferences, attachment_faults


class From(Model, frozen=True, kw_only=True):
    """One of the sources of which any may be the caller."""

    source: Source | None = None


class To(Model, frozen=True, kw_only=True):
    """One of the operations of which any may be what is asked for."""

    operation: Operation | None = None


class Rule(Model, frozen=True, kw_only=True):
    """Any source, any operation and every condition must match; what is empty matches always."""

    sources: Annotated[tuple[From, ...], Meta(max_length=512)] = named("from", ())
    to: tuple[To, ...] = ()
    when: tuple[AttributeCondition, ...] = ()


class ExtensionProvider(Model, frozen=True, kw_only=True):
    """Who decides for action CUSTOM: a name of the mesh configuration's extensionProviders."""

    name: str = ""


class AuthorizationPolicySpec(Model, frozen=True, kw_only=True):
    """No rules: nothing matches. `selector` None = the namespace (the root one: the mesh)."""

    schema_rules: ClassVar = (ATTACHED,)

    selector: WorkloadSelector | None = None
    target_ref: PolicyTargetReference | None = None
    target_refs: PolicyTargetReferences = ()
    rules: Annotated[tuple[Rule, ...], Meta(max_length=512)] = ()
    action: Literal["ALLOW", "DENY", "AUDIT", "CUSTOM"] = "ALLOW"
    provider: ExtensionProvider | None = None


class AuthorizationPolicy(Model, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: AuthorizationPolicySpec = AuthorizationPolicySpec()
    status: IstioStatus = IstioStatus()


def validate(found: AuthorizationPolicy) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    spec = found.spec
    yield from attachment_faults(spec.selector, spec.target_ref, spec.target_refs)
    yield from _provider_faults(spec)
    yield from dry_run_faults(found.metadata.annotations)
    if DRY_RUN in found.metadata.annotations and spec.action not in ("ALLOW", "DENY"):
        fix = "remove the annotation"
        yield Fault("spec.action", f"{spec.action} cannot be tried by {DRY_RUN}: only ALLOW and DENY can", fix)
    for index, rule in enumerate(spec.rules):
        yield from _rule_faults(f"spec.rules[{index}]", rule, spec)


def _provider_faults(spec: AuthorizationPolicySpec) -> Iterator[Fault]:
    if spec.action == "CUSTOM":
        if spec.provider is None or not spec.provider.name:
            fix = "name one of the mesh configuration's extensionProviders"
            yield Fault("spec.provider.name", "is required for action CUSTOM", fix)
    elif spec.provider is not None:
        yield Fault("spec.provider", f"has no meaning for action {spec.action}", "remove it, or use action CUSTOM")


def _rule_faults(path: str, rule: Rule, spec: AuthorizationPolicySpec) -> Iterator[Fault]:
    custom = spec.action == "CUSTOM"
    for index, one in enumerate(rule.sources):
        yield from source_faults(f"{path}.from[{index}].source", one.source, custom)
    for index, to in enumerate(rule.to):
        yield from operation_faults(f"{path}.to[{index}].operation", to.operation)
    for index, condition in enumerate(rule.when):
        yield from condition_faults(f"{path}.when[{index}]", condition, custom)
    for index, to in enumerate(rule.to):
        if to.operation is not None:
            yield from host_faults(f"{path}.to[{index}].operation", to.operation, spec.action == "ALLOW")
    if spec.action == "DENY" and _is_wide(rule):
        message = "names HTTP attributes and no port: it denies every TCP connection to other ports, too"
        yield Fault(path, message, "name the HTTP ports in to[].operation.ports", "warning")


def _is_wide(rule: Rule) -> bool:
    """Say whether a DENY rule reads HTTP, which TCP connections do not have, and is not bound to ports."""
    operations = [to.operation for to in rule.to if to.operation is not None]
    if operations and all(operation.ports for operation in operations):
        return False
    sources = [one.source for one in rule.sources if one.source is not None]
    return (
        any(operation.reads_http for operation in operations)
        or any(source.reads_http for source in sources)
        or any(condition.reads_http for condition in rule.when)
    )


SPEC = KindSpec(
    group="security.istio.io",
    kind="AuthorizationPolicy",
    plural="authorizationpolicies",
    versions=("v1", "v1beta1"),
    short_names=("ap",),
    categories=("istio-io", "security-istio-io"),
    model=AuthorizationPolicy,
    validate=validate,
    columns=(Column("Action", ".spec.action"), AGE),
)
