"""The chart of what a cluster has once: definitions of the kinds, and classes of the Gateway API's gateways."""

from typing import Any

from lateen.install.crds import crds
from lateen.install.helm.marks import Marks
from lateen.install.helm.sketch import Sketch, woven
from lateen.install.helm.template import Template
from lateen.install.manifest import GATEWAY_API, gateway_classes
from lateen.install.written import written

# With a definition go all objects of its kind.
_KEPT = {"helm.sh/resource-policy": "keep"}


def definitions() -> str:
    """Return the CustomResourceDefinitions, which stay when the chart goes."""
    kept: list[dict[str, Any]] = [raw | {"metadata": raw["metadata"] | {"annotations": _KEPT}} for raw in crds()]
    return written(kept)


def templates(version: str) -> dict[str, str]:
    """Return the chart's templates by name."""
    marks = Marks()
    said = {
        "revision": "default",
        "manager": marks.value("$.Release.Service"),
        "release": marks.value("$.Release.Name"),
    }
    classes = Template(marks).written(woven(gateway_classes, Sketch({}, version, said), ()))
    served = f'{{{{- if .Capabilities.APIVersions.Has "{GATEWAY_API}/GatewayClass" }}}}\n'
    return {
        "definitions.yaml": '{{ .Files.Get "files/definitions.yaml" }}\n',
        "gateway-classes.yaml": f"{served}{classes}{{{{- end }}}}\n",
    }
