from typing import Any

import msgspec
import pytest
from apiservers import POD, VIRTUAL_SERVICE, config_map, pod, virtual_service

from lateen.apiserver.feed import Notice
from lateen.apiserver.forms import Page, parse_form
from lateen.apiserver.selectors import Selector, parse_selector
from lateen.apiserver.status import Refusal
from lateen.apiserver.storage import Change
from lateen.base.refs import Key
from lateen.kinds.all import by_kind

KUBECTL = (
    "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json"
)


@pytest.mark.parametrize(
    ("accept", "shape"),
    [
        ("", ""),
        ("*/*", ""),
        ("application/json", ""),
        (KUBECTL, "Table"),
        ("application/vnd.kubernetes.protobuf,application/json", ""),
        ("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1", "PartialObjectMetadata"),
        ("application/json;as=Table;v=v9, application/json", ""),
    ],
)
def test_the_first_form_there_is_is_chosen(accept: str, shape: str) -> None:
    assert parse_form(POD, "v1", accept).shape == shape


def test_no_form_is_a_406() -> None:
    with pytest.raises(Refusal) as refused:
        parse_form(POD, "v1", "application/vnd.kubernetes.protobuf")
    assert refused.value.code == 406


def page(*raws: dict[str, Any]) -> Page:
    return Page([msgspec.json.encode(raw) for raw in raws], 7)


def test_a_list_in_the_stored_version_is_joined_and_in_another_converted() -> None:
    for version, group in (("v1", "networking.istio.io/v1"), ("v1beta1", "networking.istio.io/v1beta1")):
        form = parse_form(VIRTUAL_SERVICE, version, "")
        answer = msgspec.json.decode(form.many(page(virtual_service("a"), virtual_service("b")), 0.0))
        assert answer["kind"] == "VirtualServiceList" and answer["metadata"] == {"resourceVersion": "7"}
        assert [item["apiVersion"] for item in answer["items"]] == [group, group]
    assert msgspec.json.decode(parse_form(POD, "v1", "").many(Page([], 7), 0.0))["items"] == []


def test_tables_and_metadata_of_lists() -> None:
    table = msgspec.json.decode(parse_form(POD, "v1", KUBECTL).many(page(pod("a")), 0.0))
    assert table["kind"] == "Table" and len(table["rows"]) == 1 and table["metadata"]["resourceVersion"] == "7"
    accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
    partial = msgspec.json.decode(parse_form(POD, "v1", accept).many(page(pod("a")), 0.0))
    assert partial["kind"] == "PartialObjectMetadataList" and "spec" not in partial["items"][0]


def change(kind: str, label: str, before: str | None) -> Notice:
    bodies = [config_map("a", labels={"l": text}, resourceVersion="8") if text else None for text in (label, before)]
    after, past = (msgspec.json.encode(raw) if raw else None for raw in bodies)
    return Notice(Change(kind, "configmaps", Key("default", "a"), 9, after or b"", past))


def test_a_watch_line_shows_what_the_watcher_sees() -> None:
    form, selector = parse_form(by_kind("ConfigMap"), "v1", ""), parse_selector("l=x", "")
    plain = msgspec.json.decode(form.line(change("MODIFIED", "y", "x"), Selector(), 0.0))
    assert plain["type"] == "MODIFIED" and plain["object"]["metadata"]["labels"] == {"l": "y"}
    left = msgspec.json.decode(form.line(change("MODIFIED", "y", "x"), selector, 0.0))
    assert (
        left["type"] == "DELETED"
        and left["object"]["metadata"] | {"labels": {"l": "x"}, "resourceVersion": "9"} == left["object"]["metadata"]
    )
    assert form.line(change("MODIFIED", "y", "z"), selector, 0.0) == b""
    assert msgspec.json.decode(form.first(msgspec.json.encode(config_map("a")), 0.0))["type"] == "ADDED"


def test_bookmarks_say_how_far_and_when_all_was_told() -> None:
    form = parse_form(POD, "v1", "")
    assert msgspec.json.decode(form.bookmark(5))["object"]["metadata"] == {"resourceVersion": "5"}
    begun = msgspec.json.decode(form.bookmark(5, initial=True))["object"]
    assert begun["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"} and begun["kind"] == "Pod"
    assert msgspec.json.decode(parse_form(POD, "v1", KUBECTL).bookmark(5))["object"]["kind"] == "Table"
