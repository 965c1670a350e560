from typing import Any

import pytest

from lateen.apiserver.json_patch import json_patch
from lateen.apiserver.status import Refusal

DOCUMENT: dict[str, Any] = {"spec": {"http": [{"weight": 1}, {"weight": 2}], "a/b": {"m~n": 3}}}


def patched(*steps: dict[str, Any]) -> Any:
    return json_patch(DOCUMENT, list(steps))


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ({"op": "replace", "path": "/spec/http/1/weight", "value": 9}, {"http": [{"weight": 1}, {"weight": 9}]}),
        ({"op": "add", "path": "/spec/http/0", "value": {}}, {"http": [{}, {"weight": 1}, {"weight": 2}]}),
        ({"op": "add", "path": "/spec/http/-", "value": {}}, {"http": [{"weight": 1}, {"weight": 2}, {}]}),
        ({"op": "add", "path": "/spec/new", "value": [1]}, {"new": [1]}),
        ({"op": "remove", "path": "/spec/http/0"}, {"http": [{"weight": 2}]}),
        (
            {"op": "move", "from": "/spec/http/0", "path": "/spec/first"},
            {"first": {"weight": 1}, "http": [{"weight": 2}]},
        ),
        ({"op": "copy", "from": "/spec/http/0/weight", "path": "/spec/w"}, {"w": 1}),
        ({"op": "replace", "path": "/spec/a~1b/m~0n", "value": 4}, {"a/b": {"m~n": 4}}),
        ({"op": "test", "path": "/spec/http/0/weight", "value": 1}, {}),
    ],
)
def test_operations_do_what_rfc_6902_says(step: dict[str, Any], expected: dict[str, Any]) -> None:
    assert patched(step)["spec"] == DOCUMENT["spec"] | expected


def test_the_document_itself_is_left_alone() -> None:
    patched({"op": "remove", "path": "/spec/http/0"}, {"op": "add", "path": "/spec/a~1b/x", "value": 1})
    assert DOCUMENT["spec"]["http"] == [{"weight": 1}, {"weight": 2}] and "x" not in DOCUMENT["spec"]["a/b"]


@pytest.mark.parametrize(
    ("op", "path"),
    [
        ("replace", "/spec/http/2/weight"),
        ("replace", "/spec/http/0/wait"),
        ("remove", "/spec/nothing"),
        ("add", "/spec/nothing/inner"),
        ("add", "/spec/http/3"),
        ("replace", "/spec/http/first"),
        ("replace", "/spec/http/01"),
    ],
)
def test_a_missing_path_is_a_422_that_names_it(op: str, path: str) -> None:
    with pytest.raises(Refusal) as refused:
        patched({"op": op, "path": path, "value": 1})
    assert refused.value.code == 422 and path in str(refused.value)
    assert refused.value.details["causes"][0]["field"] == path


def test_a_failed_test_is_a_422() -> None:
    with pytest.raises(Refusal) as refused:
        patched({"op": "test", "path": "/spec/http/0/weight", "value": 7})
    assert refused.value.code == 422


@pytest.mark.parametrize(
    "patch",
    [{}, "x", [1], [{"op": "jump", "path": "/a"}], [{"op": "add", "path": "/a"}], [{"op": "remove", "path": "a"}]],
)
def test_what_is_no_patch_is_a_400(patch: Any) -> None:
    with pytest.raises(Refusal) as refused:
        json_patch(DOCUMENT, patch)
    assert refused.value.code == 400


def test_nothing_moves_into_itself() -> None:
    with pytest.raises(Refusal):
        patched({"op": "move", "from": "/spec", "path": "/spec/http"})


def test_the_whole_document_can_be_replaced() -> None:
    assert patched({"op": "replace", "path": "", "value": {"a": 1}}) == {"a": 1}
