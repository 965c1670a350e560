"""The variables with which Envoy is started: what differs between replicas that share their configuration.

Configuration says `%ENVIRONMENT(WORKLOAD_NAME)%`, so that its bytes are the same for every proxy.
"""

from lateen.base.spiffe import Identity
from lateen.node.proxy_facts import UNKNOWN, ProxyFacts


def environment(facts: ProxyFacts) -> dict[str, str]:
    """Return every variable that configuration may name: a fact that is absent is `unknown`, never unset.

    WORKLOAD_FACTS is "workload;namespace;app;version;canonical name;canonical revision;cluster".
    """
    identity = Identity(facts.trust_domain, facts.namespace, facts.service_account)
    workload = facts.workload_name or facts.pod
    known = {
        "POD_NAME": facts.pod,
        "POD_NAMESPACE": facts.namespace,
        "INSTANCE_IP": facts.ip,
        "SERVICE_ACCOUNT": facts.service_account,
        "NODE_NAME": facts.node_name,
        "WORKLOAD_NAME": workload,
        "WORKLOAD_NAMESPACE": facts.namespace,
        "WORKLOAD_APP": facts.app,
        "WORKLOAD_VERSION": facts.version,
        "WORKLOAD_CANONICAL_NAME": facts.canonical_name,
        "WORKLOAD_CANONICAL_REVISION": facts.canonical_revision,
        "WORKLOAD_PRINCIPAL": identity.uri,
        "CLUSTER_ID": facts.cluster_id,
        "MESH_ID": facts.mesh_id,
        "NETWORK": facts.network,
        "TRUST_DOMAIN": facts.trust_domain,
        "LOCALITY": "/".join(facts.locality).rstrip("/"),
        "WORKLOAD_FACTS": workload_facts(facts),
        "OTEL_RESOURCE_ATTRIBUTES": _otel(facts),
    }
    return {name: value or UNKNOWN for name, value in known.items()}


def workload_facts(facts: ProxyFacts) -> str:
    """Return the workload's facts in one line, as endpoints and certificates carry them."""
    parts = (
        facts.workload_name or facts.pod,
        facts.namespace,
        facts.app,
        facts.version,
        facts.canonical_name,
        facts.canonical_revision,
        facts.cluster_id,
    )
    return ";".join(part or UNKNOWN for part in parts)


def _otel(facts: ProxyFacts) -> str:
    # Values may not hold the separators; names of Kubernetes do not.
    attributes = {
        "service.name": f"{facts.canonical_name}.{facts.namespace}",
        "service.version": facts.canonical_revision,
        "k8s.pod.name": facts.pod,
        "k8s.namespace.name": facts.namespace,
        "k8s.node.name": facts.node_name,
    }
    return ",".join(f"{name}={value}" for name, value in attributes.items() if value)
