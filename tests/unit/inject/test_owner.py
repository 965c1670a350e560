from lateen.inject.owner import Owner, canonical, owner_of


def replica_set(name):
    return [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": name, "controller": True}]


def test_pod_of_a_deployments_replica_set_belongs_to_the_deployment():
    metadata = {"ownerReferences": replica_set("reviews-v1-5d8"), "labels": {"pod-template-hash": "5d8"}}
    assert owner_of(metadata) == Owner("apps/v1", "Deployment", "reviews-v1")


def test_replica_set_of_its_own_stands_for_itself():
    assert owner_of({"ownerReferences": replica_set("reviews")}) == Owner("apps/v1", "ReplicaSet", "reviews")


def test_bare_pod_stands_for_itself():
    assert owner_of({"name": "debug"}) == Owner("v1", "Pod", "debug")
    assert owner_of({"generateName": "debug-"}).name == "debug"


def test_reference_is_written_as_istio_writes_it():
    reference = Owner("apps/v1", "Deployment", "web").reference("shop")
    assert reference == "kubernetes://apis/apps/v1/namespaces/shop/deployments/web"


def test_canonical_labels_come_first_then_kubernetes_then_app():
    owner = Owner("v1", "Pod", "pod")
    assert canonical({}, owner) == ("pod", "latest")
    labels = {"app": "a", "version": "v1"}
    assert canonical(labels, owner) == ("a", "v1")
    labels |= {"app.kubernetes.io/name": "b", "app.kubernetes.io/version": "v2"}
    assert canonical(labels, owner) == ("b", "v2")
    labels |= {"service.istio.io/canonical-name": "c", "service.istio.io/canonical-revision": "v3"}
    assert canonical(labels, owner) == ("c", "v3")


def test_canonical_name_fits_a_label():
    name, _ = canonical({}, Owner("v1", "Pod", "a" * 62 + "-b"))
    assert name == "a" * 62
