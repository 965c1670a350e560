"""All objects of an installation, in an order in which each finds what it needs."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lateen.install.access import access
from lateen.install.crds import crds
from lateen.install.gateways import DIRECTIONS, gateways
from lateen.install.istiod import control_plane
from lateen.install.k8s import customized
from lateen.install.parts import Installation, Raw, made
from lateen.install.webhooks import webhooks

CONTROLLER = "istio.io/gateway-controller"
GATEWAY_API = "gateway.networking.k8s.io/v1"


class Step(NamedTuple):
    """Objects that are applied together; `ready`: the next step waits until their Deployments are."""

    title: str
    objects: list[Raw]
    ready: bool = False


def steps(tree: Mapping[str, Any], version: str) -> Iterator[Step]:
    """Yield what settings come to. `version`: of this program, the images' tag unless one is said."""
    installation = Installation(tree, version)
    components = tree["components"]
    if components["base"]["enabled"]:
        yield Step("Istio core", [*crds(), _namespace(installation)])
    if components["pilot"]["enabled"] and installation.values["pilot"]["enabled"]:
        pilot = customized([*access(installation), *control_plane(installation)], components["pilot"]["k8s"])
        yield Step("Istiod", list(pilot), ready=True)
        yield Step("Webhooks", list(webhooks(installation)))
    for direction in DIRECTIONS:
        if objects := list(gateways(installation, direction)):
            yield Step(f"{direction.capitalize()} gateways", objects, ready=True)


def manifest(tree: Mapping[str, Any], version: str) -> list[Raw]:
    """Return all objects."""
    return [raw for step in steps(tree, version) for raw in step.objects]


def _namespace(installation: Installation) -> Raw:
    return made("v1", "Namespace", installation.namespace, {})


def gateway_classes(installation: Installation) -> list[Raw]:
    """The classes of the Gateway API that are ours, for a cluster that has its definitions."""
    labels = installation.shared_labels()
    spec = {"controllerName": CONTROLLER}
    return [made(GATEWAY_API, "GatewayClass", name, labels, spec=spec) for name in ("istio", "lateen")]
