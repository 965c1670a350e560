import pytest
from apiservers import DEPLOYMENT, VIRTUAL_SERVICE

from lateen.apiserver.requests import APPLY, JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, Body, edit_of, write_of
from lateen.apiserver.status import Refusal


def code(call: object, *args: object) -> int:
    with pytest.raises(Refusal) as refused:
        call(*args)  # type: ignore[operator]
    return refused.value.code


def test_json_and_yaml_are_read_and_a_date_stays_text() -> None:
    assert Body(b'{"a": 1}', "application/json").object() == {"a": 1}
    assert Body(b"a: 2026-01-01\nb: {c: yes}", APPLY).object() == {"a": "2026-01-01", "b": {"c": True}}
    assert Body(b"", "application/octet-stream").object() == {}


@pytest.mark.parametrize(
    ("data", "media", "expected"),
    [
        (b"{", "application/json", 400),
        (b"[1]", "application/json", 400),
        (b"a: [", "application/yaml", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"k8s\x00\xff", "application/vnd.kubernetes.protobuf", 400),
    ],
)
def test_what_cannot_be_read_is_refused(data: bytes, media: str, expected: int) -> None:
    assert code(Body(data, media).object) == expected


def test_each_media_type_is_its_patch() -> None:
    live = {"metadata": {"labels": {"a": "1"}}}
    assert edit_of(DEPLOYMENT, Body(b'[{"op":"remove","path":"/metadata"}]', JSON_PATCH))(live) == {}
    for media in (MERGE_PATCH, STRATEGIC_PATCH):
        assert edit_of(DEPLOYMENT, Body(b'{"metadata":{"labels":null}}', media))(live) == {"metadata": {}}


def test_strategic_merge_is_for_built_in_kinds_only() -> None:
    assert code(edit_of, VIRTUAL_SERVICE, Body(b"{}", STRATEGIC_PATCH)) == 415
    assert code(edit_of, VIRTUAL_SERVICE, Body(b"{}", "application/json")) == 415


def test_options_of_a_write() -> None:
    write = write_of({"fieldManager": "m", "dryRun": "All", "fieldValidation": "Strict"}, "kubectl/1.32", "v1")
    assert (write.manager, write.dry_run, write.fields) == ("m", True, "Strict")
    assert write_of({}, "kubectl/v1.32.0 (linux)", "v1").manager == "kubectl"
    for query in ({"dryRun": "Some"}, {"fieldValidation": "Loose"}, {"fieldManager": "m" * 200}):
        assert code(write_of, query, "", "v1") == 422
