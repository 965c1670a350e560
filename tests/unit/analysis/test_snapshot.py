import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))

from findings import REVIEWS, core, snapshot

from lateen.analysis.resource import Resource
from lateen.analysis.snapshot import Snapshot


def test_a_later_object_takes_the_place_of_an_earlier_one_of_its_name() -> None:
    one, other = ({"kind": "Service", "metadata": {"name": "s"}, "spec": {"n": n}} for n in (1, 2))
    found = Snapshot([Resource(one), Resource(other)])
    assert [each.spec for each in found.of("Service")] == [{"n": 2}]
    assert found.get("Service", "", "s") is not None and found.get("Service", "x", "s") is None


def test_pods_and_workloads_that_make_them_are_found_by_labels() -> None:
    made = core("Deployment", "d", "{template: {metadata: {labels: {app: b}}}}")
    mesh = snapshot(core("Pod", "p", labels="{app: a}") + made + REVIEWS)
    assert [pod.name for pod in mesh.pods({"app": "a"}, "shop")] == ["p"]
    assert mesh.pods({"app": "a"}, "other") == []
    assert [labels for _, labels in mesh.templates("shop")] == [{"app": "b"}]


def test_the_root_namespace_is_the_meshs() -> None:
    assert (Snapshot([]).root_namespace, Snapshot([], {"rootNamespace": "r"}).root_namespace) == ("istio-system", "r")
