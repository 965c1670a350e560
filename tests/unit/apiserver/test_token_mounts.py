from lateen.apiserver.token_mounts import PLACE, mount_token


def pod_spec(**more):
    return {"containers": [{"name": "a"}, {"name": "b"}], "initContainers": [{"name": "i"}], **more}


def mounts(spec, name):
    everywhere = [*spec.get("initContainers", ()), *spec["containers"]]
    return next(container for container in everywhere if container["name"] == name).get("volumeMounts", [])


def test_every_container_sees_the_token_the_authority_and_the_namespace():
    spec = mount_token(pod_spec(), {})
    (volume,) = spec["volumes"]
    assert volume["name"].startswith("kube-api-access-") and len(volume["name"]) == len("kube-api-access-") + 5
    token, authority, namespace = volume["projected"]["sources"]
    assert token == {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}}
    assert authority["configMap"]["name"] == "kube-root-ca.crt"
    assert namespace["downwardAPI"]["items"][0]["path"] == "namespace"
    for name in ("i", "a", "b"):
        assert mounts(spec, name) == [{"name": volume["name"], "readOnly": True, "mountPath": PLACE}]


def test_what_a_container_has_in_its_place_stays():
    own = {"name": "own", "mountPath": PLACE}
    spec = mount_token({"containers": [{"name": "a", "volumeMounts": [own]}, {"name": "b"}]}, {})
    assert mounts(spec, "a") == [own] and len(mounts(spec, "b")) == 1
    full = {"containers": [{"name": "a", "volumeMounts": [own]}]}
    assert mount_token(full, {}) == full


def test_the_pods_word_counts_more_than_the_accounts():
    declined = {"automountServiceAccountToken": False}
    wanted = {"automountServiceAccountToken": True}
    assert mount_token(pod_spec(), declined) == pod_spec()
    assert mount_token(pod_spec(**declined), wanted) == pod_spec(**declined)
    assert len(mount_token(pod_spec(**wanted), declined)["volumes"]) == 1


def test_a_second_time_reaches_only_what_came_since():
    first = mount_token(pod_spec(volumes=[{"name": "data", "emptyDir": {}}]), {})
    assert mount_token(first, {}) is first
    grown = first | {"initContainers": [{"name": "istio-proxy"}, *first["initContainers"]]}
    second = mount_token(grown, {})
    assert second["volumes"] == first["volumes"]
    assert mounts(second, "istio-proxy") == mounts(first, "a") == mounts(second, "a")
