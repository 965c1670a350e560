from lateen.base.refs import Key
from lateen.inject.admission import injection
from lateen.inject.settings import InjectSettings
from lateen.kinds.all import by_kind

POD = {"metadata": {"name": "web", "namespace": "shop"}, "spec": {"containers": [{"name": "web"}]}}
ADMIT = injection(lambda lookup: InjectSettings())


class Lookup:
    """A namespace that is injected, and a ProxyConfig in every namespace."""

    def __call__(self, kind, key):
        assert kind.kind == "Namespace"
        known = {Key("", "shop"): {"metadata": {"name": "shop", "labels": {"istio-injection": "enabled"}}}}
        return known.get(key)

    def listed(self, kind, namespace):
        assert kind.kind == "ProxyConfig"
        spec = {"environmentVariables": {namespace.upper(): "1"}}
        return [{"metadata": {"name": "all", "namespace": namespace}, "spec": spec}]


lookup = Lookup()


def test_new_pod_of_an_enabled_namespace_gets_its_proxy():
    injected = ADMIT("CREATE", by_kind("Pod"), POD, lookup)
    assert injected["spec"]["initContainers"][0]["name"] == "istio-proxy"


def test_proxy_configs_of_the_root_namespace_and_the_pods_count():
    (container,) = ADMIT("CREATE", by_kind("Pod"), POD, lookup)["spec"]["initContainers"]
    assert {"name": "ISTIO-SYSTEM", "value": "1"} in container["env"]
    assert {"name": "SHOP", "value": "1"} in container["env"]


def test_everything_else_passes_as_it_is():
    other = {**POD, "metadata": {"name": "web", "namespace": "other"}}
    assert ADMIT("CREATE", by_kind("Pod"), other, lookup) is other
    assert ADMIT("UPDATE", by_kind("Pod"), POD, lookup) is POD
    assert ADMIT("CREATE", by_kind("Service"), POD, lookup) is POD
