from lateen.kinds.core.container import Container, VolumeMount
from lateen.kinds.core.volume import Volume, mount_faults, volume_faults


def test_names_are_labels_and_unique():
    assert [f.path for f in volume_faults("v", (Volume(name="a"), Volume(name="a"), Volume(name="A")))] == [
        "v[1].name",
        "v[2].name",
    ]


def test_a_mount_needs_its_volume():
    container = Container(name="x", volume_mounts=(VolumeMount(name="a", mount_path="/a"),))
    assert list(mount_faults("c", (container,), (Volume(name="a"),))) == []
    assert [f.path for f in mount_faults("c", (container,), ())] == ["c[0].volumeMounts[0].name"]


def test_the_volumes_of_a_local_mesh_are_typed(errors):
    token = {"serviceAccountToken": {"path": "token", "audience": "istio-ca", "expirationSeconds": 43200}}
    labels = {"items": [{"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}]}
    volumes = [
        {"name": "a", "emptyDir": {"medium": "Memory"}},
        {"name": "b", "secret": {"secretName": "x", "defaultMode": 420}},
        {"name": "c", "projected": {"sources": [token, {"downwardAPI": labels}]}},
        {"name": "d", "downwardAPI": labels},
    ]
    assert errors("Pod", containers=[{"name": "a"}], volumes=volumes) == []
    assert errors("Pod", containers=[{"name": "a"}], volumes=[{"name": "a", "secret": {"items": [{}]}}]) == [
        "spec.volumes[0].secret.items[0].key",
        "spec.volumes[0].secret.items[0].path",
    ]
