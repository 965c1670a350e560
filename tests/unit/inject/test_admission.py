from lateen.base.refs import Key
from lateen.inject.admission import injection
from lateen.inject.settings import InjectSettings
from lateen.kinds.all import by_kind

POD = {"metadata": {"name": "web", "namespace": "shop"}, "spec": {"containers": [{"name": "web"}]}}
ADMIT = injection(lambda lookup: InjectSettings())


def lookup(kind, key):
    assert kind.kind == "Namespace"
    known = {Key("", "shop"): {"metadata": {"name": "shop", "labels": {"istio-injection": "enabled"}}}}
    return known.get(key)


def test_new_pod_of_an_enabled_namespace_gets_its_proxy():
    injected = ADMIT("CREATE", by_kind("Pod"), POD, lookup)
    assert injected["spec"]["initContainers"][0]["name"] == "istio-proxy"


def test_everything_else_passes_as_it_is():
    other = {**POD, "metadata": {"name": "web", "namespace": "other"}}
    assert ADMIT("CREATE", by_kind("Pod"), other, lookup) is other
    assert ADMIT("UPDATE", by_kind("Pod"), POD, lookup) is POD
    assert ADMIT("CREATE", by_kind("Service"), POD, lookup) is POD
