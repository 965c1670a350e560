"""BackendTLSPolicies: by which TLS gateways speak to services, of several policies which counts, and why one may not.

https://gateway-api.sigs.k8s.io/reference/spec/#backendtlspolicy
https://gateway-api.sigs.k8s.io/geps/gep-1897/
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from lateen.base.hosts import fqdn
from lateen.base.refs import Key, Origin
from lateen.kinds.gateway_api.backend_tls_policy import BackendTLSPolicySpec
from lateen.kinds.object import Object
from lateen.plan.upstream import Upstream, UpstreamTls
from lateen.planner.gateway_api.authorities import Authorities, Look, read_authorities
from lateen.planner.gateway_api.backends import Reference
from lateen.planner.gateway_api.status import Condition
from lateen.registry.service import Service

SYSTEM = "System"


class Policy(Struct, frozen=True, kw_only=True):
    """A policy. `targets`: hosts of services, each with the name of a port, "" = all; `sans` () = the server name;
    `system`: the authorities are those of the machine; `unknown`: what stands for others that there are not."""

    namespace: str
    name: str
    targets: tuple[tuple[str, str], ...]
    server_name: str
    sans: tuple[str, ...] = ()
    authorities: Authorities = Authorities()
    system: bool = False
    unknown: str = ""
    generation: int = 0
    created: str = ""
    origin: Origin = Origin()

    @property
    def key(self) -> Key:
        """The object's key."""
        return Key(self.namespace, self.name)

    @property
    def age(self) -> tuple[str, str, str]:
        """Sort key: the oldest first, then by namespace and name."""
        return (self.created, self.namespace, self.name)

    @property
    def works(self) -> bool:
        """Say whether servers can be checked."""
        return self.system or bool(self.authorities.credential)


# The policy that counts for each of a service's ports by name, "" = those that have none of their own.
InForce = Mapping[str, Policy]


def read_policy(found: Object, look: Look) -> Policy:
    """Read a policy. `look`: finds ConfigMaps; all are of the policy's own namespace."""
    spec: BackendTLSPolicySpec = found.model.spec
    check, own = spec.validation, found.namespace
    references = (Reference(one.group, one.kind, own, one.name) for one in check.ca_certificate_refs)
    return Policy(
        namespace=own,
        name=found.name,
        targets=tuple(
            (fqdn(one.name, own).lower(), one.section_name)
            for one in spec.target_refs
            if (one.group, one.kind) in (("", "Service"), ("core", "Service"))
        ),
        server_name=check.hostname,
        sans=tuple(one.hostname or one.uri for one in check.subject_alt_names),
        authorities=read_authorities(references, own, lambda reference: True, look),
        system=check.well_known_ca_certificates == SYSTEM,
        unknown="" if check.well_known_ca_certificates == SYSTEM else check.well_known_ca_certificates,
        generation=found.meta.generation,
        created=found.created,
        origin=found.origin,
    )


def in_force(policies: Iterable[Policy], host: str) -> InForce:
    """Choose the policies of a host: of several for the same ports the oldest."""
    found: dict[str, Policy] = {}
    for one in sorted(policies, key=lambda policy: policy.age):
        for target, section in one.targets:
            if target == host:
                found.setdefault(section, one)
    return found


def secure(upstream: Upstream, service: Service, found: InForce, certificate: str | None) -> Upstream:
    """Return the upstream of a service's port as gateways speak to it under its policy. `certificate`: the credential
    of the client's own, "" = it shows none, None: it has to, and cannot.

    Where nothing can be checked, nobody is spoken to.
    """
    port = service.port(upstream.port)
    policy = found.get(port.name if port else "") or found.get("")
    if policy is None:
        return upstream
    if not policy.works or certificate is None:
        return replace(upstream, discovery="STATIC", tls=None, auto_tls=None, origin=policy.origin)
    tls = UpstreamTls(
        mode="MUTUAL" if certificate else "SIMPLE",
        sni=policy.server_name,
        sans=policy.sans or (policy.server_name,),
        credential=certificate,
        roots=policy.authorities.credential,
    )
    return replace(upstream, tls=tls, auto_tls=None, origin=policy.origin)


def policy_conditions(
    policy: Policy, chosen: Mapping[str, InForce], services: Mapping[str, Service | None]
) -> Iterator[Condition]:
    """Say what becomes of a policy. `chosen`, `services`: by the hosts of its targets."""
    yield _accepted(policy, chosen, services)
    faults = policy.authorities.faults
    if not faults and not policy.unknown:
        yield Condition("ResolvedRefs", True, "ResolvedRefs", "All references resolved")
    elif faults:
        reason = "InvalidKind" if faults[0].kind == "kind" else "InvalidCACertificateRef"
        yield Condition("ResolvedRefs", False, reason, faults[0].message)


def _accepted(policy: Policy, chosen: Mapping[str, InForce], services: Mapping[str, Service | None]) -> Condition:
    if policy.unknown:
        message = f'there are no well-known authorities "{policy.unknown}": System'
        return Condition("Accepted", False, "Invalid", message)
    if not policy.works:
        message = "; ".join(one.message for one in policy.authorities.faults)
        return Condition("Accepted", False, "NoValidCACertificate", f"{message}: requests are answered 503")
    for host, section in policy.targets:
        service = services.get(host)
        if service is None or (section and not any(port.name == section for port in service.ports)):
            return Condition("Accepted", False, "TargetNotFound", f"there is no service {host} with port {section}")
        winner = chosen[host].get(section, policy)
        if winner.key != policy.key:
            message = f"policy {winner.key} is older, and for the same ports of {host}"
            return Condition("Accepted", False, "Conflicted", message)
    return Condition("Accepted", True, "Accepted", "Policy accepted")
