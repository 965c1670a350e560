"""Pod: containers that share a network and live and die together."""

from collections.abc import Iterator, Mapping
from typing import Any

from lateen.base.errors import Fault
from lateen.kinds.core.pod_spec import PodSpec, pod_spec_faults
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import OpenModel, named
from lateen.kinds.spec import AGE, Column, KindSpec


class PodCondition(OpenModel, frozen=True, kw_only=True):
    """`status`: True, False or Unknown."""

    type: str
    status: str
    reason: str = ""
    message: str = ""
    last_transition_time: str = ""
    last_probe_time: str = ""


class PodAddress(OpenModel, frozen=True, kw_only=True):
    """One of a pod's addresses."""

    ip: str = ""


class ContainerStatus(OpenModel, frozen=True, kw_only=True):
    """How a container is. `state`: one of running, waiting, terminated."""

    name: str
    ready: bool = False
    started: bool | None = None
    restart_count: int = 0
    image: str = ""
    image_id: str = named("imageID", "")
    container_id: str = named("containerID", "")
    state: Mapping[str, Any] = {}
    last_state: Mapping[str, Any] = {}


class PodStatus(OpenModel, frozen=True, kw_only=True):
    """What became of it. `phase`: Pending, Running, Succeeded, Failed, Unknown."""

    phase: str = ""
    reason: str = ""
    message: str = ""
    pod_ip: str = named("podIP", "")
    pod_ips: tuple[PodAddress, ...] = named("podIPs", ())
    host_ip: str = named("hostIP", "")
    host_ips: tuple[PodAddress, ...] = named("hostIPs", ())
    start_time: str = ""
    conditions: tuple[PodCondition, ...] = ()
    container_statuses: tuple[ContainerStatus, ...] = ()
    init_container_statuses: tuple[ContainerStatus, ...] = ()
    ephemeral_container_statuses: tuple[Any, ...] = ()
    qos_class: str = ""
    nominated_node_name: str = ""
    observed_generation: int = 0
    resize: str = ""

    @property
    def ready(self) -> bool:
        """Say whether the pod takes traffic."""
        return any(one.type == "Ready" and one.status == "True" for one in self.conditions)


class Pod(OpenModel, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: PodSpec
    status: PodStatus = PodStatus()


def validate(found: Pod) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    yield from pod_spec_faults("spec", found.spec)


def _statuses(raw: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The statuses of containers that run as long as the pod: its own and sidecars."""
    status, spec = raw.get("status") or {}, raw.get("spec") or {}
    sidecars = {one["name"] for one in spec.get("initContainers") or () if one.get("restartPolicy") == "Always"}
    inits = [one for one in status.get("initContainerStatuses") or () if one.get("name") in sidecars]
    return [*inits, *(status.get("containerStatuses") or ())]


def _ready(raw: Mapping[str, Any]) -> str:
    spec = raw.get("spec") or {}
    sidecars = [one for one in spec.get("initContainers") or () if one.get("restartPolicy") == "Always"]
    ready = sum(bool(one.get("ready")) for one in _statuses(raw))
    return f"{ready}/{len(spec.get('containers') or ()) + len(sidecars)}"


def _status(raw: Mapping[str, Any]) -> str:
    if (raw.get("metadata") or {}).get("deletionTimestamp"):
        return "Terminating"
    status = raw.get("status") or {}
    inits = status.get("initContainerStatuses") or ()
    for prefix, statuses in (("Init:", inits), ("", status.get("containerStatuses") or ())):
        for one in statuses:
            state = one.get("state") or {}
            reason = (state.get("waiting") or state.get("terminated") or {}).get("reason")
            if reason and reason not in ("Completed", "PodInitializing"):
                return f"{prefix}{reason}"
    return str(status.get("reason") or status.get("phase") or "Pending")


def _restarts(raw: Mapping[str, Any]) -> str:
    return str(sum(int(one.get("restartCount") or 0) for one in _statuses(raw)))


SPEC = KindSpec(
    group="",
    kind="Pod",
    plural="pods",
    versions=("v1",),
    short_names=("po",),
    categories=("all",),
    model=Pod,
    validate=validate,
    open=True,
    reads=(
        "spec.containers.name",
        "spec.containers.ports",
        "spec.initContainers.name",
        "spec.initContainers.ports",
        "spec.serviceAccountName",
        "spec.nodeName",
        "spec.hostNetwork",
        "status.phase",
        "status.podIP",
        "status.podIPs",
        "status.conditions.type",
        "status.conditions.status",
    ),
    columns=(
        Column("Ready", cell=_ready),
        Column("Status", cell=_status),
        Column("Restarts", cell=_restarts, type="integer"),
        AGE,
    ),
)
