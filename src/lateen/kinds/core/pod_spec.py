"""What a pod is to run; also the template of what makes pods."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from lateen.base.errors import Fault
from lateen.kinds.core.container import Container, container_faults
from lateen.kinds.core.volume import Volume, mount_faults, volume_faults
from lateen.kinds.label_selector import label_faults
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import OpenModel, named


class PodSpec(OpenModel, frozen=True, kw_only=True):
    """Scheduling fields that mean nothing to a mesh are known by name only."""

    containers: tuple[Container, ...]
    init_containers: tuple[Container, ...] = ()
    ephemeral_containers: tuple[Any, ...] = ()
    volumes: tuple[Volume, ...] = ()
    restart_policy: Literal["Always", "OnFailure", "Never", ""] = "Always"
    termination_grace_period_seconds: int = 30
    active_deadline_seconds: int | None = None
    service_account_name: str = ""
    service_account: str = ""
    automount_service_account_token: bool | None = None
    node_name: str = ""
    node_selector: Mapping[str, str] = {}
    hostname: str = ""
    subdomain: str = ""
    hostname_override: str = ""
    set_hostname_as_fqdn: bool = named("setHostnameAsFQDN", False)
    host_network: bool = False
    host_pid: bool = named("hostPID", False)
    host_ipc: bool = named("hostIPC", False)
    host_users: bool | None = None
    share_process_namespace: bool = False
    security_context: Mapping[str, Any] | None = None
    image_pull_secrets: tuple[Any, ...] = ()
    dns_policy: str = ""
    dns_config: Mapping[str, Any] | None = None
    host_aliases: tuple[Any, ...] = ()
    enable_service_links: bool | None = None
    affinity: Mapping[str, Any] | None = None
    tolerations: tuple[Any, ...] = ()
    topology_spread_constraints: tuple[Any, ...] = ()
    scheduler_name: str = ""
    scheduling_gates: tuple[Any, ...] = ()
    priority: int | None = None
    priority_class_name: str = ""
    preemption_policy: str = ""
    readiness_gates: tuple[Any, ...] = ()
    runtime_class_name: str = ""
    overhead: Mapping[str, Any] | None = None
    os: Mapping[str, Any] | None = None
    resources: Mapping[str, Any] | None = None
    resource_claims: tuple[Any, ...] = ()


class PodTemplate(OpenModel, frozen=True, kw_only=True):
    """What each pod of a workload is made from."""

    metadata: ObjectMeta = ObjectMeta()
    spec: PodSpec


def pod_spec_faults(path: str, spec: PodSpec) -> Iterator[Fault]:
    """Yield what is wrong with a pod's spec."""
    if not spec.containers:
        yield Fault(f"{path}.containers", "is required: at least one container")
    names: set[str] = set()
    yield from container_faults(f"{path}.containers", spec.containers, names)
    yield from container_faults(f"{path}.initContainers", spec.init_containers, names)
    yield from volume_faults(f"{path}.volumes", spec.volumes)
    yield from mount_faults(f"{path}.containers", spec.containers, spec.volumes)
    yield from mount_faults(f"{path}.initContainers", spec.init_containers, spec.volumes)


def template_faults(path: str, template: PodTemplate, selector: Mapping[str, str]) -> Iterator[Fault]:
    """Yield what is wrong with a template whose pods `selector` must match."""
    yield from label_faults(f"{path}.metadata.labels", template.metadata.labels)
    missing = {key: value for key, value in selector.items() if template.metadata.labels.get(key) != value}
    if missing:
        pairs = ", ".join(f"{key}={value}" for key, value in missing.items())
        fix = "labels of the template must match spec.selector"
        yield Fault(f"{path}.metadata.labels", f"lacks {pairs}", fix)
    yield from pod_spec_faults(f"{path}.spec", template.spec)
