"""What is wrong with settings whose paths are all known: Kubernetes' own of components, and the mesh's."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import yaml

from lateen.base.errors import Fault, Invalid
from lateen.inject.installation import selectors
from lateen.install.k8s import k8s_faults
from lateen.kinds.mesh_config import parse_mesh_config
from lateen.kinds.names import is_label


def setting_faults(tree: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield every fault."""
    for path, name in (
        ("revision", tree["revision"]),
        *(("values.revisionTags", tag) for tag in tree["values"]["revisionTags"]),
    ):
        if name and not is_label(str(name)):
            yield Fault(path, f"{name!r} can be in no name", "lower-case letters, digits and dashes")
    for name, component in tree["components"].items():
        listed = component if isinstance(component, list) else [component]
        for number, one in enumerate(listed):
            position = f"[{number}]" if isinstance(component, list) else ""
            yield from k8s_faults(one.get("k8s") or {}, f"components.{name}{position}.k8s")
    try:
        parse_mesh_config(yaml.safe_dump(tree["meshConfig"]))
    except Invalid as error:
        yield from (replace(fault, path=f"meshConfig.{fault.path}", file="", line=0) for fault in error.faults)
    try:
        selectors(tree["values"]["sidecarInjectorWebhook"]["neverInjectSelector"])
    except Invalid as error:
        path = "values.sidecarInjectorWebhook.neverInjectSelector"
        yield from (replace(fault, path=path) for fault in error.faults)
