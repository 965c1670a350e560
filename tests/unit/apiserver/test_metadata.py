import pytest

from lateen.apiserver.metadata import born, continued, generated_suffix, key_of, placed, without_nulls
from lateen.apiserver.status import Refusal
from lateen.base.refs import Key
from lateen.kinds.all import by_kind

POD, NAMESPACE, DEPLOYMENT = by_kind("Pod"), by_kind("Namespace"), by_kind("Deployment")


def test_an_object_comes_into_the_namespace_of_its_url() -> None:
    raw = placed(POD, "shop", {"metadata": {"name": "a"}})
    assert key_of(POD, raw) == Key("shop", "a")
    assert key_of(NAMESPACE, placed(NAMESPACE, "", {"metadata": {"name": "a"}})) == Key("", "a")
    with pytest.raises(Refusal, match="does not match the namespace sent"):
        placed(POD, "shop", {"metadata": {"name": "a", "namespace": "other"}})


def test_names_are_generated_when_asked_for() -> None:
    name = placed(POD, "shop", {"metadata": {"generateName": "a-"}})["metadata"]["name"]
    assert name.startswith("a-") and len(name) == 7 and generated_suffix() != generated_suffix()


@pytest.mark.parametrize("raw", [{}, {"metadata": {}}, {"metadata": "x"}])
def test_no_name_is_a_422(raw: dict[str, object]) -> None:
    with pytest.raises(Refusal) as refused:
        placed(POD, "shop", raw)
    assert refused.value.code == 422


def test_the_server_sets_what_is_its_own() -> None:
    meta = born(DEPLOYMENT, {"metadata": {"name": "a", "uid": "mine", "generation": 7}}, 0.0)["metadata"]
    assert meta["uid"] != "mine" and meta["generation"] == 1
    assert meta["creationTimestamp"] == "1970-01-01T00:00:00Z"
    assert "generation" not in born(POD, {"metadata": {"name": "a"}}, 0.0)["metadata"]
    with pytest.raises(Refusal) as refused:
        born(POD, {"metadata": {"name": "a", "resourceVersion": "1"}}, 0.0)
    assert refused.value.code == 400


def test_only_a_changed_wish_is_a_new_generation() -> None:
    before = {"metadata": {"name": "a", "uid": "u", "resourceVersion": "5", "generation": 2}, "spec": {"x": 1}}
    same = continued(DEPLOYMENT, before, {"metadata": {"name": "a", "labels": {"l": "1"}}, "spec": {"x": 1}})
    assert same["metadata"]["generation"] == 2 and same["metadata"]["uid"] == "u"
    assert continued(DEPLOYMENT, before, same | {"spec": {"x": 2}})["metadata"]["generation"] == 3


@pytest.mark.parametrize(("meta", "code"), [({"resourceVersion": "4"}, 409), ({"uid": "v"}, 409), ({"name": "b"}, 400)])
def test_an_object_that_is_another_is_refused(meta: dict[str, str], code: int) -> None:
    before = {"metadata": {"name": "a", "uid": "u", "resourceVersion": "5"}}
    with pytest.raises(Refusal) as refused:
        continued(POD, before, {"metadata": {"name": "a"} | meta})
    assert refused.value.code == code


def test_null_says_not_set() -> None:
    assert without_nulls({"a": None, "b": [{"c": None, "d": 1}]}) == {"b": [{"d": 1}]}
