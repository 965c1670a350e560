"""What an installation says of injection: values in the ConfigMap `istio-sidecar-injector`, and the mesh's settings.

https://istio.io/latest/docs/setup/additional-setup/customize-installation/ (values.global.proxy, proxy_init)
"""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
import yaml

from lateen.base.errors import Fault, Invalid
from lateen.inject.settings import InjectSettings
from lateen.kinds.label_selector import LabelSelector

Json = dict[str, Any]

_READINESS = {
    "initialDelaySeconds": "readinessInitialDelaySeconds",
    "periodSeconds": "readinessPeriodSeconds",
    "failureThreshold": "readinessFailureThreshold",
}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def installation_settings(
    values: Mapping[str, Any], mesh: Mapping[str, Any], revision: str = "default", native_sidecars: bool = True
) -> InjectSettings:
    """Read the settings of injection; what is not said has Istio's default."""
    proxy, init = _map(values, "global", "proxy"), _map(values, "global", "proxy_init")
    common = _map(values, "global")
    defaults = InjectSettings()
    config = mesh.get("defaultConfig") if isinstance(mesh.get("defaultConfig"), dict) else {}
    image = _image(common, proxy, defaults.image)
    return InjectSettings(
        revision=revision,
        image=image,
        init_image=_image(common, init, image) if init.get("image") else image,
        enable_namespaces_by_default=bool(_map(values, "sidecarInjectorWebhook").get("enableNamespacesByDefault")),
        native_sidecars=native_sidecars,
        cluster_id=str(_map(common, "multiCluster").get("clusterName") or defaults.cluster_id),
        mesh_id=str(common.get("meshID") or mesh.get("trustDomain") or defaults.mesh_id),
        trust_domain=str(mesh.get("trustDomain") or defaults.trust_domain),
        domain=str(proxy.get("clusterDomain") or defaults.domain),
        ca_address=str(common.get("caAddress") or (config or {}).get("discoveryAddress") or defaults.ca_address),
        root_namespace=str(mesh.get("rootNamespace") or defaults.root_namespace),
        proxy_config=config or {},
        agent="pod",
        capture="node" if _map(values, "pilot", "cni").get("enabled") else "init",
        pull_policy=str(common.get("imagePullPolicy") or ""),
        pull_secrets=tuple(str(name) for name in common.get("imagePullSecrets") or ()),
        resources=_map(proxy, "resources"),
        readiness={name: int(proxy[said]) for name, said in _READINESS.items() if proxy.get(said)},
        log_level=str(proxy.get("logLevel") or defaults.log_level),
        component_log_level=str(proxy.get("componentLogLevel") or defaults.component_log_level),
        rewrite_probes=_map(values, "sidecarInjectorWebhook").get("rewriteAppHTTPProbe") is not False,
        hold_application=bool(proxy.get("holdApplicationUntilProxyStarts")),
        never=selectors(_map(values, "sidecarInjectorWebhook").get("neverInjectSelector")),
    )


def read_yaml(text: str, where: str) -> Json:
    """Read a mapping out of a ConfigMap; raises Invalid that names `where` it stands."""
    try:
        found = yaml.load(text or "{}", Loader=_LOADER)  # noqa: S506 (a safe loader)
    except yaml.YAMLError as error:
        raise Invalid(where, [Fault("", f"is no YAML: {' '.join(str(error).split())}")]) from None
    if found is not None and not isinstance(found, dict):
        raise Invalid(where, [Fault("", "a mapping is wanted")])
    return found or {}


def read_values(text: str, where: str) -> Json:
    """Read the values of an installation: JSON, as Istio writes it. Raises Invalid."""
    try:
        found = json.loads(text or "{}")
    except ValueError as error:
        raise Invalid(where, [Fault("", f"is no JSON: {error}")]) from None
    if not isinstance(found, dict):
        raise Invalid(where, [Fault("", "a mapping is wanted")])
    return found


def selectors(given: Any) -> tuple[LabelSelector, ...]:
    """Read a list of selectors of labels; raises Invalid."""
    try:
        return msgspec.convert(given or (), tuple[LabelSelector, ...])
    except msgspec.ValidationError as error:
        raise Invalid("neverInjectSelector", [Fault("", f"is no list of selectors: {error}")]) from None


def _image(common: Mapping[str, Any], part: Mapping[str, Any], default: str) -> str:
    """The image of a part: HUB/NAME:TAG, or its name alone where that is a whole image already."""
    name = str(part.get("image") or "proxyv2")
    if "/" in name:
        return name
    hub, tag = common.get("hub"), common.get("tag")
    return f"{hub}/{name}:{tag}" if hub and tag else default


def _map(values: Mapping[str, Any], *path: str) -> Json:
    found: Any = values
    for step in path:
        found = found.get(step) if isinstance(found, Mapping) else None
    return dict(found) if isinstance(found, Mapping) else {}
