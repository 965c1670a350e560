"""The init container that hands a pod's traffic to its proxy, as Istio's `istio-init`, where no node does it.

https://istio.io/latest/docs/ops/deployment/application-requirements/#pod-requirements
"""

from collections.abc import Mapping
from typing import Any

from lateen.inject import container as proxy
from lateen.inject.settings import InjectSettings

NAME = "istio-init"

Json = dict[str, Any]

_PREFIX = "traffic.sidecar.istio.io/"
# Of the proxy's own ports; what a pod excludes stands between them, as Istio writes it.
_FIRST, _LAST = "15090,15021", "15020"


def init_container(annotations: Mapping[str, str], config: Mapping[str, Any], settings: InjectSettings) -> Json:
    """Return the container; the names of hosts are captured unless the pod's proxyMetadata says otherwise."""
    metadata = config.get("proxyMetadata") or {}
    made: Json = {
        "name": NAME,
        "image": settings.init_image or settings.image,
        "args": _arguments(annotations, settings),
        "resources": proxy.resources(annotations, settings),
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"add": ["NET_ADMIN", "NET_RAW"], "drop": ["ALL"]},
            "privileged": False,
            "readOnlyRootFilesystem": False,
            "runAsGroup": 0,
            "runAsNonRoot": False,
            "runAsUser": 0,
        },
    }
    if metadata:
        made["env"] = [{"name": name, "value": str(value)} for name, value in metadata.items()]
    return made | ({"imagePullPolicy": settings.pull_policy} if settings.pull_policy else {})


def _arguments(annotations: Mapping[str, str], settings: InjectSettings) -> list[str]:
    def said(name: str, default: str) -> str:
        return annotations.get(_PREFIX + name, default)

    excluded = ",".join(part for part in (_FIRST, said("excludeInboundPorts", ""), _LAST) if part)
    level = annotations.get("sidecar.istio.io/agentLogLevel", "default:info")
    words = ["istio-iptables", "-p", "15001", "-z", "15006", "-u", str(proxy.UID), "-m", "REDIRECT"]
    words += ["-i", said("includeOutboundIPRanges", "*"), "-x", said("excludeOutboundIPRanges", "")]
    words += ["-b", said("includeInboundPorts", "*"), "-d", excluded]
    for flag, name in (("-q", "includeOutboundPorts"), ("-o", "excludeOutboundPorts"), ("-c", "excludeInterfaces")):
        if value := said(name, ""):
            words += [flag, value]
    return [*words, f"--log_output_level={level}"]
