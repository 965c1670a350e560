"""Inject: from a pod as its owner wrote it to a pod with a proxy."""

import copy
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lateen.inject import capture, probes
from lateen.inject import container as proxy
from lateen.inject.decision import REVISION, STATUS, decide
from lateen.inject.merge import merge_named
from lateen.inject.owner import CANONICAL_NAME, CANONICAL_REVISION, Owner, canonical, owner_of
from lateen.inject.proxy_config import proxy_config, typed_image
from lateen.inject.settings import InjectSettings
from lateen.inject.templates import ROLES, TEMPLATES, is_native, template_of
from lateen.inject.traffic import traffic
from lateen.inject.workload_config import overlays

TARGETS = "prometheus.istio.io/scrape-targets"
TLS_MODE = "security.istio.io/tlsMode"

Json = dict[str, Any]


def inject(
    pod: Mapping[str, Any],
    namespace: Mapping[str, Any],
    settings: InjectSettings | None = None,
    owner: Owner | None = None,
) -> Json | None:
    """Return `pod` (as JSON) with its proxy, or None when `decide` says no. `pod` itself stays as it is; it may be a
    template, of the workload `owner`.

    Raises Invalid with the annotation's path when an annotation cannot be read.
    """
    settings = settings or InjectSettings()
    if not decide(pod, namespace, settings).inject:
        return None
    injected: Json = copy.deepcopy(dict(pod))
    metadata = injected.setdefault("metadata", {})
    annotations = metadata["annotations"] = dict(metadata.get("annotations") or {})
    traffic(annotations)
    template = template_of(annotations)
    owner = owner or owner_of(metadata)
    _add_proxy(injected, template, owner, namespace["metadata"]["name"], settings)
    _label(metadata, template, owner)
    _annotate(injected, annotations, template, settings)
    return injected


def _add_proxy(pod: Json, template: str, owner: Owner, namespace: str, settings: InjectSettings) -> None:
    annotations, spec = pod["metadata"]["annotations"], pod["spec"]
    labels = pod["metadata"].get("labels") or {}
    said = overlays(settings.proxy_configs, namespace, labels, settings.root_namespace)
    config = proxy_config(annotations, settings.proxy_config, said)
    settings = _held(settings, config)
    env = proxy.environment(pod, namespace, owner, config, settings)
    env += _asked(pod, template, annotations, settings)
    image = annotations.get("sidecar.istio.io/proxyImage") or typed_image(settings.image, annotations, config)
    arguments = proxy.arguments(ROLES[template], annotations, settings)
    container = proxy.proxy_container(image, arguments, env, annotations, settings)
    TEMPLATES[template](spec, container, annotations, settings)
    if template == "sidecar" and settings.capture == "init":
        before = spec.get("initContainers") or ()
        spec["initContainers"] = [capture.init_container(annotations, config, settings), *before]
    spec["volumes"] = merge_named(proxy.volumes(), spec.get("volumes") or [], "name")
    if settings.pull_secrets:
        secrets = [{"name": name} for name in settings.pull_secrets]
        spec["imagePullSecrets"] = merge_named(spec.get("imagePullSecrets") or [], secrets, "name")


def _held(settings: InjectSettings, config: Mapping[str, Any]) -> InjectSettings:
    """The settings as the pod's own ProxyConfig has them."""
    said = config.get("holdApplicationUntilProxyStarts")
    return settings if said is None else replace(settings, hold_application=bool(said))


def _asked(pod: Json, template: str, annotations: dict[str, str], settings: InjectSettings) -> list[Json]:
    """What the agent asks in the kubelet's place, and what it scrapes beside Envoy, as variables of its container."""
    if settings.agent == "node" or template != "sidecar":
        return []
    said: dict[str, Json] = {}
    if probes.wanted(annotations, settings.rewrite_probes) and (asked := probes.rewrite(pod["spec"], proxy.NAME)):
        said[probes.VARIABLE] = asked
    if scraped := _scraped(annotations):
        said["ISTIO_PROMETHEUS_ANNOTATIONS"] = scraped
    return [{"name": name, "value": json.dumps(value, separators=(",", ":"))} for name, value in said.items()]


def _scraped(annotations: dict[str, str]) -> Json:
    """What of the application is scraped, its annotation for several ports taken from the pod: nobody else reads it."""
    said = {name: annotations.get(f"prometheus.io/{name}", "") for name in ("scrape", "path", "port", "scheme")}
    found: Json = {name: value for name, value in said.items() if value} if said["scrape"] == "true" else {}
    several = annotations.pop(TARGETS, "").split(",") if found else []
    parts = [one.strip().partition(":") for one in several if one.strip()]
    if parts:
        port, _, path = parts[0]
        found = {"scrape": found["scrape"], "path": path or "/metrics", "port": port} | found
        found["targets"] = [{"port": port, "path": path or "/metrics"} for port, _, path in parts]
    return found


def _label(metadata: Json, template: str, owner: Owner) -> None:
    labels = dict(metadata.get("labels") or {})
    name, revision = canonical(labels, owner)
    added = {CANONICAL_NAME: name, CANONICAL_REVISION: revision}
    if template == "sidecar":
        added[TLS_MODE] = "istio"
    metadata["labels"] = added | labels


def _annotate(pod: Json, annotations: dict[str, str], template: str, settings: InjectSettings) -> None:
    spec = pod["spec"]
    native = template == "sidecar" and is_native(annotations, settings)
    annotations[REVISION] = settings.revision
    _offer_metrics(annotations, settings)
    if template == "sidecar" and (settings.agent, settings.capture) == ("pod", "node"):
        _tell_plugin(annotations)
    apps = [container["name"] for container in spec["containers"] if container["name"] != proxy.NAME]
    if apps:
        for name in (
            "kubectl.kubernetes.io/default-container",
            "kubectl.kubernetes.io/default-logs-container",
        ):
            annotations.setdefault(name, apps[0])
    status = {
        "initContainers": [*_init(template, settings), *([proxy.NAME] if native else ())] or None,
        "containers": None if native else [proxy.NAME],
        "volumes": [volume["name"] for volume in proxy.volumes()],
        "imagePullSecrets": list(settings.pull_secrets) or None,
        "revision": settings.revision,
    }
    annotations[STATUS] = json.dumps(status, separators=(",", ":"))


def _init(template: str, settings: InjectSettings) -> list[str]:
    return [capture.NAME] if template == "sidecar" and settings.capture == "init" else []


def _offer_metrics(annotations: dict[str, str], settings: InjectSettings) -> None:
    """Say where the pod's metrics are: Envoy's own; with an agent in the pod, the application's beside them."""
    own = any(name.startswith("prometheus.io/") for name in annotations)
    if annotations.get("prometheus.io/scrape") == "false" or (own and settings.agent == "node"):
        return
    scrape = {"scrape": "true", "port": "15090" if settings.agent == "node" else "15020", "path": "/stats/prometheus"}
    annotations.update({f"prometheus.io/{name}": value for name, value in scrape.items()})


def _tell_plugin(annotations: dict[str, str]) -> None:
    """Say to the node's network plugin what it captures."""
    prefix = "traffic.sidecar.istio.io/"
    excluded = annotations.get(f"{prefix}excludeInboundPorts", "")
    annotations.setdefault("sidecar.istio.io/interceptionMode", "REDIRECT")
    annotations.setdefault(f"{prefix}includeOutboundIPRanges", "*")
    annotations.setdefault(f"{prefix}includeInboundPorts", "*")
    annotations[f"{prefix}excludeInboundPorts"] = ",".join(part for part in (str(probes.STATUS_PORT), excluded) if part)
