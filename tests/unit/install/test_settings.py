import pytest

from lateen.base.errors import Invalid
from lateen.install.settings import PROFILES, merged, profile, set_value, settings, spec_of


def operator(**spec):
    return {"apiVersion": "install.istio.io/v1alpha1", "kind": "IstioOperator", "spec": spec}


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_has_every_default(name):
    found = profile(name)
    assert found["profile"] == name
    assert found["values"]["global"]["proxy"]["image"] == "proxyv2"
    assert found["components"]["ingressGateways"][0]["name"] == "istio-ingressgateway"


def test_an_unknown_profile_is_refused_with_the_closest():
    with pytest.raises(Invalid, match="did you mean") as refused:
        profile("demmo")
    assert "demo" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("profile=demo", {"profile": "demo"}),
        ("values.pilot.env.A\\.B=1", {"values": {"pilot": {"env": {"A.B": 1}}}}),
        ("components.ingressGateways[0].enabled=true", {"components": {"ingressGateways": [{"enabled": True}]}}),
        ("spec.hub=x", {"hub": "x"}),
        ("hub=", {"hub": ""}),
    ],
)
def test_single_values_have_istios_grammar(text, tree):
    assert set_value(text) == tree


@pytest.mark.parametrize("text", ["profile", "=x", "a[x]=1"])
def test_what_is_no_value_is_refused(text):
    with pytest.raises(Invalid):
        set_value(text)


def test_values_are_over_files_which_are_over_the_profile_that_they_name():
    found = settings([("f.yaml", operator(profile="demo", hub="file", tag="t"))], ["hub=set"])
    assert (found["profile"], found["hub"], found["tag"]) == ("demo", "set", "t")
    assert found["components"]["egressGateways"][0]["enabled"]
    assert settings()["profile"] == "default"


def test_values_of_one_position_are_of_one_gateway():
    said = ["components.egressGateways[0].name=second", "components.egressGateways[0].enabled=true"]
    gateways = settings(values=said)["components"]["egressGateways"]
    assert {one["name"]: one["enabled"] for one in gateways} == {"istio-egressgateway": False, "second": True}
    third = settings(values=["values.global.imagePullSecrets[1]=b", "values.global.imagePullSecrets[0]=a"])
    assert third["values"]["global"]["imagePullSecrets"] == ["a", "b"]


def test_gateways_are_told_apart_by_name_or_by_position():
    below = profile("default")
    more = merged(below, {"components": {"ingressGateways": [{"name": "second", "enabled": True}]}})
    assert [one["name"] for one in more["components"]["ingressGateways"]] == ["istio-ingressgateway", "second"]
    first = merged(below, set_value("components.ingressGateways[0].enabled=false"))
    assert [one["enabled"] for one in first["components"]["ingressGateways"]] == [False]


def test_every_unknown_path_is_named_with_what_may_be_meant():
    with pytest.raises(Invalid) as refused:
        settings([("f.yaml", operator(values={"pilott": {}, "global": {"hubb": "x"}}))], ["components.pilot.enabled=7"])
    paths = [fault.path for fault in refused.value.faults]
    assert paths == ["values.pilott", "values.global.hubb", "components.pilot.enabled"]
    assert 'did you mean "pilot"?' in str(refused.value)


def test_what_is_the_users_own_is_open():
    found = settings(
        values=["meshConfig.accessLogFile=/dev/stdout", "values.pilot.env.X=1", "components.pilot.k8s.a.b=1"]
    )
    assert found["meshConfig"]["accessLogFile"] == "/dev/stdout" and found["values"]["pilot"]["env"] == {"X": 1}


@pytest.mark.parametrize("raw", [{"kind": "Pod"}, operator() | {"spec": []} | {"spec": "x"}])
def test_a_file_of_another_kind_is_refused(raw):
    with pytest.raises(Invalid):
        spec_of(raw, "f.yaml")


@pytest.mark.parametrize("path", ["components.cni.enabled", "values.pilot.cni.enabled", "components.ztunnel.enabled"])
def test_what_is_not_there_yet_is_refused(path):
    with pytest.raises(Invalid, match="not offered on Kubernetes yet"):
        settings(values=[f"{path}=true"])
