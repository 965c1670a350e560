import msgspec

from lateen.kinds.all import by_kind
from lateen.kinds.object import Object
from lateen.sources.reading import as_written, authorities_only, for_mesh

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


def test_conditions_that_the_mesh_reads_are_news_and_others_are_not() -> None:
    def read(*conditions: dict[str, str]) -> dict[str, object]:
        raw = {"metadata": META, "spec": {"address": "192.0.2.1"}, "status": {"conditions": list(conditions)}}
        found = for_mesh(by_kind("WorkloadEntry"), "v1", msgspec.json.encode(raw))
        assert found.status == {"conditions": list(conditions)} and found.basis is found.object
        return dict(found.object)

    sick = {"type": "Healthy", "status": "False", "lastProbeTime": "2026-01-01T00:00:00Z"}
    assert read(sick)["status"] == {"conditions": [{"type": "Healthy", "status": "False"}]}
    assert read({"type": "Reconciled", "status": "True"}) == read()
    assert read(sick, {"type": "Reconciled", "status": "True"}) == read({**sick, "lastProbeTime": ""})


def test_of_config_maps_authorities_are_read_and_in_the_root_namespace_everything() -> None:
    data = {"ca.crt": "roots", "password": "secret"}
    raw = msgspec.json.encode({"metadata": META, "data": data})
    kind = by_kind("ConfigMap")
    found = authorities_only("istio-system")(kind, "v1", raw)
    assert found.object.model.data == {"ca.crt": "roots"} and found.basis is found.object.model
    assert "secret" not in str(found.object.raw)
    assert authorities_only("n")(kind, "v1", raw).object.model.data == data
