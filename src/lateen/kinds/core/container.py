"""Containers of a pod: what runs, with which environment, ports, probes and volumes."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from lateen.base.errors import Fault
from lateen.kinds.model import OpenModel, named
from lateen.kinds.names import is_label
from lateen.kinds.numbers import port_faults


class KeySelector(OpenModel, frozen=True, kw_only=True):
    """A key of a Secret or ConfigMap."""

    name: str = ""
    key: str
    optional: bool = False


class FieldSelector(OpenModel, frozen=True, kw_only=True):
    """A field of the pod itself, as metadata.name."""

    field_path: str
    api_version: str = "v1"


class EnvVarSource(OpenModel, frozen=True, kw_only=True):
    """Where a variable's value comes from; one of them is set."""

    field_ref: FieldSelector | None = None
    resource_field_ref: Mapping[str, Any] | None = None
    config_map_key_ref: KeySelector | None = None
    secret_key_ref: KeySelector | None = None


class EnvVar(OpenModel, frozen=True, kw_only=True):
    """One environment variable."""

    name: str
    value: str = ""
    value_from: EnvVarSource | None = None


class EnvFromRef(OpenModel, frozen=True, kw_only=True):
    """A whole ConfigMap or Secret."""

    name: str = ""
    optional: bool = False


class EnvFromSource(OpenModel, frozen=True, kw_only=True):
    """All keys of a ConfigMap or Secret become variables."""

    prefix: str = ""
    config_map_ref: EnvFromRef | None = None
    secret_ref: EnvFromRef | None = None


class ContainerPort(OpenModel, frozen=True, kw_only=True):
    """A port the container listens on."""

    container_port: int
    name: str = ""
    protocol: Literal["TCP", "UDP", "SCTP"] = "TCP"
    host_port: int = 0
    host_ip: str = named("hostIP", "")


class HTTPGetAction(OpenModel, frozen=True, kw_only=True):
    """An HTTP request to the container."""

    path: str = "/"
    port: int | str
    host: str = ""
    scheme: Literal["HTTP", "HTTPS"] = "HTTP"
    http_headers: tuple[Mapping[str, str], ...] = ()


class TCPSocketAction(OpenModel, frozen=True, kw_only=True):
    """A connection to the container."""

    port: int | str
    host: str = ""


class GRPCAction(OpenModel, frozen=True, kw_only=True):
    """A call of gRPC's health service."""

    port: int
    service: str = ""


class ExecAction(OpenModel, frozen=True, kw_only=True):
    """A command in the container."""

    command: tuple[str, ...] = ()


class Probe(OpenModel, frozen=True, kw_only=True):
    """How to tell a container's health. Times in seconds."""

    http_get: HTTPGetAction | None = None
    tcp_socket: TCPSocketAction | None = None
    grpc: GRPCAction | None = None
    exec: ExecAction | None = None
    initial_delay_seconds: int = 0
    period_seconds: int = 10
    timeout_seconds: int = 1
    success_threshold: int = 1
    failure_threshold: int = 3
    termination_grace_period_seconds: int | None = None


class VolumeMount(OpenModel, frozen=True, kw_only=True):
    """Where a volume is seen."""

    name: str
    mount_path: str
    sub_path: str = ""
    sub_path_expr: str = ""
    read_only: bool = False
    recursive_read_only: str = ""
    mount_propagation: str = ""


class Lifecycle(OpenModel, frozen=True, kw_only=True):
    """What runs after a container's start and before its stop."""

    post_start: Mapping[str, Any] | None = None
    pre_stop: Mapping[str, Any] | None = None
    stop_signal: str = ""


class ResourceRequirements(OpenModel, frozen=True, kw_only=True):
    """Quantities, as "100m" or 1."""

    requests: Mapping[str, int | float | str] = {}
    limits: Mapping[str, int | float | str] = {}
    claims: tuple[Any, ...] = ()


class Container(OpenModel, frozen=True, kw_only=True):
    """One container. `restart_policy` "Always" makes an init container a sidecar."""

    name: str
    image: str = ""
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    working_dir: str = ""
    ports: tuple[ContainerPort, ...] = ()
    env: tuple[EnvVar, ...] = ()
    env_from: tuple[EnvFromSource, ...] = ()
    resources: ResourceRequirements = ResourceRequirements()
    resize_policy: tuple[Any, ...] = ()
    restart_policy: Literal["Always", "OnFailure", "Never", ""] = ""
    restart_policy_rules: tuple[Any, ...] = ()
    volume_mounts: tuple[VolumeMount, ...] = ()
    volume_devices: tuple[Any, ...] = ()
    liveness_probe: Probe | None = None
    readiness_probe: Probe | None = None
    startup_probe: Probe | None = None
    lifecycle: Lifecycle | None = None
    termination_message_path: str = ""
    termination_message_policy: str = ""
    image_pull_policy: Literal["Always", "IfNotPresent", "Never", ""] = ""
    security_context: Mapping[str, Any] | None = None
    stdin: bool = False
    stdin_once: bool = False
    tty: bool = False


def container_faults(path: str, containers: tuple[Container, ...], names: set[str]) -> Iterator[Fault]:
    """Yield what is wrong with containers; `names` of those before are taken, theirs are added."""
    for index, container in enumerate(containers):
        place = f"{path}[{index}]"
        if not is_label(container.name):
            yield Fault(f"{place}.name", f'"{container.name}" is not a name: lower-case letters, digits and "-"')
        elif container.name in names:
            yield Fault(f"{place}.name", f'there is a container "{container.name}" already')
        names.add(container.name)
        for position, port in enumerate(container.ports):
            yield from port_faults(f"{place}.ports[{position}].containerPort", port.container_port)
        for position, variable in enumerate(container.env):
            if variable.value and variable.value_from is not None:
                yield Fault(f"{place}.env[{position}]", "only one of value and valueFrom can be set")
