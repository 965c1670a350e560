import msgspec

from lateen.kinds.all import by_kind
from lateen.kinds.object import Object
from lateen.sources.reading import as_written, for_mesh

POD, RULE = by_kind("Pod"), by_kind("DestinationRule")
META = {"name": "a", "namespace": "n", "uid": "u", "resourceVersion": "1"}


def test_an_item_of_a_list_gets_its_kind() -> None:
    found = as_written(RULE, "v1beta1", msgspec.json.encode({"metadata": META}))
    assert found.object == {"apiVersion": "networking.istio.io/v1beta1", "kind": "DestinationRule", "metadata": META}
    assert found.basis is None and found.status is None


def test_the_mesh_gets_what_it_reads() -> None:
    found = for_mesh(POD, "v1", msgspec.json.encode({"metadata": META, "spec": {"containers": []}}))
    assert isinstance(found.object, Object) and found.basis is found.object.model and found.status is None


def test_what_does_not_fit_goes_to_the_store_as_written() -> None:
    found = for_mesh(POD, "v1", msgspec.json.encode({"metadata": META, "spec": 5}))
    assert found.object["spec"] == 5 and found.object["kind"] == "Pod" and found.status is None


def test_a_status_is_kept_apart() -> None:
    raw = {"metadata": META, "spec": {"host": "a"}, "status": {"conditions": []}}
    found = for_mesh(RULE, "v1", msgspec.json.encode(raw))
    assert "status" not in found.object and found.status == {"conditions": []} and found.basis is found.object
