from lateen.install.parts import Installation, autoscaler, disruption_budget, made, text
from lateen.install.settings import settings


def installation(*values):
    return Installation(settings(values=values), "1.2.3")


def test_a_named_revision_is_in_names_and_the_default_one_is_not():
    assert (installation().revision, installation().suffix, installation().istiod) == ("default", "", "istiod")
    named = installation("revision=canary")
    assert (named.revision, named.suffix, named.istiod) == ("canary", "-canary", "istiod-canary")
    assert named.labels("Pilot")["istio.io/rev"] == "canary"


def test_images_are_of_the_hub_and_of_this_version_unless_it_is_said():
    assert installation().image("pilot") == "lateen/pilot:1.2.3"
    assert installation("hub=h", "tag=t").image("pilot") == "h/pilot:t"
    assert installation("values.global.hub=g").image("pilot", {"tag": "own"}) == "g/pilot:own"
    assert installation().image("a/b:c") == "a/b:c"


def test_pulling():
    assert installation().pulling() == {} and installation().secrets() == {}
    said = installation("values.global.imagePullPolicy=Never", "values.global.imagePullSecrets[0]=mine")
    assert said.pulling() == {"imagePullPolicy": "Never"}
    assert said.secrets() == {"imagePullSecrets": [{"name": "mine"}]}


def test_objects():
    assert made("v1", "Namespace", "x", {}) == {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "x", "labels": {}},
    }
    scaled = autoscaler("d", "n", {}, {"autoscaleMin": 1, "autoscaleMax": 3})
    assert scaled["spec"]["scaleTargetRef"]["name"] == "d" and scaled["spec"]["maxReplicas"] == 3
    assert disruption_budget("d", "n", {}, {"app": "d"})["spec"]["selector"] == {"matchLabels": {"app": "d"}}


def test_a_named_revision_may_be_the_one_of_whatever_names_none():
    named = installation("revision=canary", "values.revisionTags[0]=prod", "values.defaultRevision=canary")
    assert named.tags == ["prod", "default"] and named.checks_unnamed
    assert installation("revision=canary", "values.defaultRevision=other").tags == []
    assert installation("values.defaultRevision=default").tags == [] and installation().checks_unnamed


def test_a_variable_is_text():
    assert [text(value) for value in ("a", True, 1000000, 0.5)] == ["a", "true", "1000000", "0.5"]


def test_the_root_namespace_is_the_installations_unless_it_is_said():
    assert "rootNamespace: istio-system" in installation().mesh()
    assert "rootNamespace: roots" in installation("meshConfig.rootNamespace=roots").mesh()


def test_priority():
    assert installation("values.global.priorityClassName=high").priority() == {"priorityClassName": "high"}
    assert installation().priority() == {}
