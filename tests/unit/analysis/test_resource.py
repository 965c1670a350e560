from lateen.analysis.resource import Resource, a_map, maps, numbered, texts
from lateen.kinds.documents import load


def read(text: str, namespace: str = "") -> Resource:
    return Resource.read(load(text, "f.yaml")[0], namespace)


def test_an_object_without_a_namespace_gets_that_of_the_command() -> None:
    assert str(read("{kind: Gateway, metadata: {name: g}}")) == "Gateway g"
    assert str(read("{kind: Gateway, metadata: {name: g}}", "shop")) == "Gateway shop/g"
    assert str(read("{kind: Gateway, metadata: {name: g, namespace: own}}", "shop")) == "Gateway own/g"


def test_the_gateway_apis_gateway_is_another_kind_with_the_same_name() -> None:
    found = read("{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: g}}")
    assert (found.kind, str(found)) == ("KubernetesGateway", "Gateway g")


def test_a_reference_is_the_line_of_the_field_or_of_what_holds_it() -> None:
    found = read("kind: X\nspec:\n  a:\n    b: 1\n")
    assert found.reference("spec.a.b") == "f.yaml:4"
    assert found.reference("spec.a.missing") == "f.yaml:3"
    assert Resource({}).reference("spec") == ""


def test_broken_objects_are_read_as_far_as_they_go() -> None:
    found = Resource({"spec": 3, "metadata": [], "kind": None})
    assert (found.spec, found.meta, found.name, found.labels) == ({}, {}, "", {})
    assert (a_map(1), maps({}), texts(["a", 1]), list(numbered([1, {}], "p"))) == ({}, [], ["a"], [("p[1]", {})])
