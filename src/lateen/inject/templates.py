"""The templates that a pod may ask for: a sidecar beside its applications, or a gateway of its own."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from lateen.base.errors import Fault, Invalid
from lateen.inject import container as proxy
from lateen.inject.merge import merge_container, merge_named
from lateen.inject.settings import InjectSettings

ANNOTATION = "inject.istio.io/templates"

Json = dict[str, Any]
Template = Callable[[Json, Json, Mapping[str, str], InjectSettings], None]


def template_of(annotations: Mapping[str, str]) -> str:
    """The template's name: `sidecar` unless annotated. Raises Invalid for a name that there is not."""
    name = annotations.get(ANNOTATION, "sidecar").strip()
    if name not in TEMPLATES:
        message = f"there is no template {name!r}; templates are {', '.join(sorted(TEMPLATES))}"
        raise Invalid("the pod's injection", [Fault(f"metadata.annotations[{ANNOTATION}]", message)])
    return name


def is_native(annotations: Mapping[str, str], settings: InjectSettings) -> bool:
    """Say whether a sidecar is an init container that runs on; the pod's annotation counts before the mesh's word."""
    return annotations.get("sidecar.istio.io/nativeSidecar", str(settings.native_sidecars).lower()) != "false"


def sidecar(spec: Json, container: Json, annotations: Mapping[str, str], settings: InjectSettings) -> None:
    """Add `container` to `spec` as a native sidecar: the first init container, kept running beside the rest.

    Where native sidecars are not wanted it is an ordinary container, the last.
    """
    container |= {
        "resources": proxy.resources(annotations, settings),
        "startupProbe": proxy.startup_probe(),
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "privileged": False,
            "readOnlyRootFilesystem": True,
            "runAsGroup": proxy.UID,
            "runAsNonRoot": True,
            "runAsUser": proxy.UID,
        },
    }
    native = is_native(annotations, settings)
    container |= proxy.lifecycle(settings, hold=settings.hold_application and not native)
    container = merge_container(container, _taken(spec))
    mounts = _json(annotations, "sidecar.istio.io/userVolumeMount")
    user_mounts = [{"name": name, **mount} for name, mount in mounts.items()]
    container["volumeMounts"] = merge_named(container["volumeMounts"], user_mounts, "mountPath")
    user_volumes = [
        {"name": name, **volume} for name, volume in _json(annotations, "sidecar.istio.io/userVolume").items()
    ]
    spec["volumes"] = merge_named(spec.get("volumes") or [], user_volumes, "name")
    if not native:
        beside = spec["containers"]
        spec["containers"] = [container, *beside] if settings.hold_application else [*beside, container]
        return
    container["restartPolicy"] = "Always"
    spec["initContainers"] = [container, *(spec.get("initContainers") or ())]


def gateway(spec: Json, container: Json, annotations: Mapping[str, str], settings: InjectSettings) -> None:
    """Turn the pod's own istio-proxy container (image `auto`) into a gateway; low ports need no privilege."""
    container["securityContext"] = {"runAsUser": proxy.UID, "runAsGroup": proxy.UID}
    container |= proxy.lifecycle(settings)
    container = merge_container(container, _taken(spec))
    spec["containers"] = [container, *spec["containers"]]
    sysctls = [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]
    spec["securityContext"] = {"sysctls": sysctls} | (spec.get("securityContext") or {})


TEMPLATES: dict[str, Template] = {"sidecar": sidecar, "gateway": gateway}
ROLES = {"sidecar": "sidecar", "gateway": "router"}


def _taken(spec: Json) -> Json:
    """Take the user's own istio-proxy container out of the pod; {} when there is none."""
    found: Json = {}
    for field in ("initContainers", "containers"):
        rest = []
        for container in spec.get(field) or ():
            if container.get("name") == proxy.NAME:
                found = container
            else:
                rest.append(container)
        if field in spec:
            spec[field] = rest
    return found


def _json(annotations: Mapping[str, str], name: str) -> Json:
    try:
        value = json.loads(annotations.get(name) or "{}")
    except ValueError as error:
        raise Invalid("the pod's injection", [Fault(f"metadata.annotations[{name}]", f"not JSON: {error}")]) from None
    if not isinstance(value, dict):
        raise Invalid("the pod's injection", [Fault(f"metadata.annotations[{name}]", "a JSON object is wanted")])
    return value
