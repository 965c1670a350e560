"""All files of the charts `base`, `istiod` and `gateway`. Objects are those of `lateen install`."""

from importlib.resources import files

import yaml

from lateen.install.helm import base, gateway, istiod
from lateen.install.helm.values import base_schema, istiod_profiles, istiod_schema, istiod_values, schema_of

_ABOUT = {
    "base": "Definitions of the mesh's kinds, once in a cluster",
    "istiod": "The mesh's control plane",
    "gateway": "A gateway of the mesh: a proxy without an application",
}
_BASE = """# The control plane without a revision checks what names none. Another one: said to istiod.
defaultRevision: default
"""
# What of the gateway's values is Kubernetes' own, or the user's.
_OPEN = ("service", "labels", "podAnnotations", "podDisruptionBudget", "resources", "affinity", "securityContext")


def charts(version: str) -> dict[str, str]:
    """Return every file by its path; `version` is this program's, and the images' tag."""
    made = {f"{name}/Chart.yaml": _chart(name, version) for name in _ABOUT}
    made |= _below("base", {"templates": base.templates(version), "files": {"definitions.yaml": base.definitions()}})
    made |= {"base/values.yaml": _BASE, "base/values.schema.json": base_schema()}
    helpers = {"_helpers.tpl": _static("istiod/_helpers.tpl")}
    made |= _below("istiod", {"templates": istiod.templates(version) | helpers, "profiles": istiod_profiles()})
    made |= {"istiod/values.yaml": istiod_values(), "istiod/values.schema.json": istiod_schema()}
    values = _static("gateway/values.yaml")
    made |= _below("gateway", {"templates": gateway.templates(version)})
    made |= {"gateway/values.yaml": values, "gateway/values.schema.json": schema_of(yaml.safe_load(values), _OPEN)}
    return made


def _chart(name: str, version: str) -> str:
    about = {
        "apiVersion": "v2",
        "name": name,
        "description": _ABOUT[name],
        "type": "application",
        "version": version,
        "appVersion": version,
        "keywords": ["lateen", "istio", "service mesh"],
    }
    text: str = yaml.safe_dump(about, sort_keys=False, width=120)
    return text


def _below(chart: str, folders: dict[str, dict[str, str]]) -> dict[str, str]:
    return {f"{chart}/{folder}/{name}": text for folder, named in folders.items() for name, text in named.items()}


def _static(name: str) -> str:
    return files("lateen.install.helm").joinpath(f"files/{name}").read_text()
