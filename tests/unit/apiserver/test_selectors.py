import pytest
from hypothesis import given
from hypothesis import strategies as st

from lateen.apiserver.selectors import Selector, check_fields, parse_fields, parse_labels, parse_selector
from lateen.apiserver.status import Refusal


def matches(text: str, **labels: str) -> bool:
    return Selector(parse_labels(text)).matches({"metadata": {"labels": labels}})


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("", True),
        ("app=web", True),
        ("app==web", True),
        ("app = web", True),
        ("app=api", False),
        ("app!=api", True),
        ("other!=x", True),
        ("app", True),
        ("other", False),
        ("!other", True),
        ("!app", False),
        ("app in (web, api)", True),
        ("app notin (web)", False),
        ("other notin (web)", True),
        ("app in (web),tier=front", True),
        ("size>3", True),
        ("size<3", False),
        ("app>3", False),
        ("empty=", True),
    ],
)
def test_label_selectors_match_as_kubernetes_documents(text: str, seen: bool) -> None:
    assert matches(text, app="web", tier="front", size="5", empty="") is seen


@pytest.mark.parametrize("text", ["a=b=c", "a in b", "=b", "a,b c", "app in (web"])
def test_what_cannot_be_parsed_is_a_400(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_labels(text)
    assert refused.value.code == 400


def test_field_selectors_look_into_the_object() -> None:
    pod = {"metadata": {"name": "a"}, "spec": {"nodeName": "n"}, "status": {}}
    for text, seen in [
        ("spec.nodeName=n", True),
        ("spec.nodeName!=n", False),
        ("status.phase=", True),
        ("metadata.name==a,spec.nodeName=n", True),
        ("spec.hostNetwork=false", True),
    ]:
        assert Selector((), parse_fields(text)).matches(pod) is seen


def test_a_field_that_cannot_be_selected_is_refused() -> None:
    with pytest.raises(Refusal, match=r"field label not supported: spec.image"):
        check_fields("Pod", parse_selector("", "spec.image=x"))


labels = st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["x", "y"]))


@given(labels, st.sampled_from(["a", "b"]), st.sampled_from(["x", "y"]))
def test_equal_and_not_equal_are_opposites(found: dict[str, str], key: str, value: str) -> None:
    assert matches(f"{key}={value}", **found) is not matches(f"{key}!={value}", **found)
    assert matches(f"{key} in ({value})", **found) is not matches(f"{key} notin ({value})", **found)
