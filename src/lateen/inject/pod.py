"""Inject: from a pod as its owner wrote it to a pod with a proxy."""

import copy
import json
from collections.abc import Mapping
from typing import Any

from lateen.inject import container as proxy
from lateen.inject.decision import REVISION, STATUS, decide
from lateen.inject.merge import merge_named
from lateen.inject.owner import CANONICAL_NAME, CANONICAL_REVISION, Owner, canonical, owner_of
from lateen.inject.proxy_config import proxy_config, typed_image
from lateen.inject.settings import InjectSettings
from lateen.inject.templates import ROLES, TEMPLATES, is_native, template_of
from lateen.inject.traffic import traffic
from lateen.inject.workload_config import overlays

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
    env = proxy.environment(pod, namespace, owner, config, settings)
    image = annotations.get("sidecar.istio.io/proxyImage") or typed_image(settings.image, annotations, config)
    arguments = proxy.arguments(ROLES[template], annotations, settings)
    container = proxy.proxy_container(image, arguments, env, annotations)
    TEMPLATES[template](spec, container, annotations, settings)
    spec["volumes"] = merge_named(proxy.volumes(), spec.get("volumes") or [], "name")


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
    if not any(name.startswith("prometheus.io/") for name in annotations):
        scrape = {"scrape": "true", "port": "15090", "path": "/stats/prometheus"}
        annotations.update({f"prometheus.io/{name}": value for name, value in scrape.items()})
    apps = [container["name"] for container in spec["containers"] if container["name"] != proxy.NAME]
    if apps:
        for name in (
            "kubectl.kubernetes.io/default-container",
            "kubectl.kubernetes.io/default-logs-container",
        ):
            annotations.setdefault(name, apps[0])
    status = {
        "initContainers": [proxy.NAME] if native else None,
        "containers": None if native else [proxy.NAME],
        "volumes": [volume["name"] for volume in proxy.volumes()],
        "imagePullSecrets": None,
        "revision": settings.revision,
    }
    annotations[STATUS] = json.dumps(status, separators=(",", ":"))
