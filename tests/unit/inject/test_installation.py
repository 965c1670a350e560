import pytest

from lateen.base.errors import Invalid
from lateen.inject.installation import installation_settings, read_values, read_yaml, selectors

VALUES = {
    "global": {
        "hub": "example.com/mesh",
        "tag": "1.2",
        "imagePullPolicy": "Never",
        "imagePullSecrets": ["mine"],
        "proxy": {"resources": {"requests": {"cpu": "1m"}}, "logLevel": "info", "clusterDomain": "c.local"},
        "multiCluster": {"clusterName": "east"},
    },
    "pilot": {"cni": {"enabled": True}},
    "sidecarInjectorWebhook": {"rewriteAppHTTPProbe": False, "enableNamespacesByDefault": True},
}
MESH = {"trustDomain": "td", "rootNamespace": "root", "defaultConfig": {"discoveryAddress": "istiod-a.root.svc:15012"}}


def test_values_and_mesh_config_are_read():
    found = installation_settings(VALUES, MESH, "a")
    assert (found.image, found.pull_policy, found.pull_secrets) == ("example.com/mesh/proxyv2:1.2", "Never", ("mine",))
    assert (found.capture, found.agent, found.revision, found.cluster_id) == ("node", "pod", "a", "east")
    assert (found.trust_domain, found.root_namespace, found.domain) == ("td", "root", "c.local")
    assert found.ca_address == "istiod-a.root.svc:15012"
    assert found.resources == {"requests": {"cpu": "1m"}} and found.log_level == "info"
    assert found.enable_namespaces_by_default and not found.rewrite_probes


def test_what_is_not_said_has_istios_default():
    found = installation_settings({}, {})
    assert (found.capture, found.rewrite_probes, found.native_sidecars) == ("init", True, True)
    assert found.ca_address == "istiod.istio-system.svc:15012" and found.init_image == found.image


def test_a_whole_image_stands_as_it_is_and_init_may_have_its_own():
    common = {"hub": "h", "tag": "t", "proxy": {"image": "other/proxy:9"}, "proxy_init": {"image": "init"}}
    found = installation_settings({"global": common}, {})
    assert (found.image, found.init_image) == ("other/proxy:9", "h/init:t")


@pytest.mark.parametrize(
    ("read", "text"), [(read_yaml, "a: ["), (read_yaml, "- a"), (read_values, "{"), (read_values, "[]")]
)
def test_what_cannot_be_read_is_refused_by_its_place(read, text):
    with pytest.raises(Invalid, match="ConfigMap istio"):
        read(text, "ConfigMap istio")


def test_nothing_is_an_empty_mapping():
    assert read_yaml("", "x") == read_values("", "x") == {}


def test_selectors_are_read_or_refused():
    (found,) = selectors([{"matchExpressions": [{"key": "job", "operator": "Exists"}]}])
    assert found.match_expressions[0].key == "job" and selectors(None) == ()
    for wrong in ("x", [{"matchExpressions": [{"key": "job"}]}]):
        with pytest.raises(Invalid, match="neverInjectSelector"):
            selectors(wrong)
