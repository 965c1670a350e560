from apiservers import SERVICE, default

from lateen.apiserver.objects import Objects
from lateen.apiserver.seed import NAMESPACES, seed
from lateen.base.refs import Key
from lateen.kinds.all import by_kind


def test_every_cluster_begins_with_its_namespaces_and_service(objects: Objects) -> None:
    assert all(objects.find(by_kind("Namespace"), Key("", name)) for name in NAMESPACES)
    assert objects.get(SERVICE, default("kubernetes"))["spec"]["clusterIP"] == "10.96.0.1"


def test_seeding_again_changes_nothing(objects: Objects) -> None:
    revision = objects.storage.revision
    seed(objects)
    assert objects.storage.revision == revision
