"""What an installation injects: the settings in its ConfigMap."""

import json

from msgspec import Struct

from lateen.analysis.resource import Resource, a_map
from lateen.analysis.snapshot import Snapshot

_NAME = "istio-sidecar-injector"


class Injector(Struct, frozen=True):
    """`image`: of its proxies, "" where it is not said. `by_default`: are namespaces that say nothing injected?"""

    image: str = ""
    by_default: bool = False


def of_revision(mesh: Snapshot, revision: str) -> Injector | None:
    """The injector of a revision ("" and "default": of the installation without one); None where there is none."""
    name = _NAME if revision in ("", "default") else f"{_NAME}-{revision}"
    found = next((one for one in mesh.of("ConfigMap") if one.name == name), None)
    return None if found is None else read(found)


def every(mesh: Snapshot) -> list[Injector]:
    """The injectors of all revisions."""
    return [read(one) for one in mesh.of("ConfigMap") if one.name.startswith(_NAME)]


def read(settings: Resource) -> Injector:
    """Read the values that an installation left in its ConfigMap; what cannot be read says nothing."""
    try:
        values = a_map(json.loads(a_map(settings.raw.get("data")).get("values") or "{}"))
    except ValueError:
        return Injector()
    shared = a_map(values.get("global"))
    image = str(a_map(shared.get("proxy")).get("image") or "")
    if image and "/" not in image:
        image = f"{shared.get('hub')}/{image}:{shared.get('tag')}"
    return Injector(image, bool(a_map(values.get("sidecarInjectorWebhook")).get("enableNamespacesByDefault")))
