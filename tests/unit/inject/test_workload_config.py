from lateen.inject.workload_config import overlays


def config(name, namespace="shop", created="", selector=None, **spec):
    if selector:
        spec["selector"] = {"matchLabels": selector}
    return {"metadata": {"name": name, "namespace": namespace, "creationTimestamp": created}, "spec": spec}


def said(*objects, labels=None):
    return list(overlays(objects, "shop", labels or {}, "istio-system"))


def test_the_most_particular_comes_last():
    found = said(
        config("one", selector={"app": "web"}, concurrency=3),
        config("all", concurrency=2),
        config("mesh", "istio-system", concurrency=1),
        labels={"app": "web"},
    )
    assert found == [{"concurrency": 1}, {"concurrency": 2}, {"concurrency": 3}]


def test_other_namespaces_and_labels_say_nothing():
    assert said(config("a", "bank", concurrency=1), config("b", selector={"app": "web"}, concurrency=1)) == []


def test_a_selector_in_the_root_namespace_selects_there_only():
    assert said(config("a", "istio-system", selector={"app": "web"}, concurrency=1), labels={"app": "web"}) == []


def test_of_several_in_one_place_the_oldest_counts():
    found = said(
        config("a", created="2021-01-01T00:00:00Z", concurrency=1), config("b", created="2020-01-01T00:00:00Z")
    )
    assert found == [{}]


def test_its_fields_are_those_of_the_meshs_settings():
    spec = {"concurrency": 0, "environmentVariables": {"A": "1"}, "image": {"imageType": "debug"}}
    wanted = {"concurrency": 0, "proxyMetadata": {"A": "1"}, "image": {"imageType": "debug"}}
    assert said(config("a", **spec)) == [wanted]
