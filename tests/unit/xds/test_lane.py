"""What one type's lane is due to tell, and what it remembers of answers."""

from typing import Any

import pytest

from lateen.proto import descriptors, types
from lateen.proto.resource import Resource, resource
from lateen.xds.lane import Behind, Lane
from lateen.xds.view import View

REQUEST = descriptors.message("envoy.service.discovery.v3.DeltaDiscoveryRequest")


def made(name: str, value: str = "1") -> Resource:
    return resource(types.LISTENER, name, value.encode())


def view_of(*names: str, graves: int = 100) -> View:
    view = View(graves)
    view.commit({name: made(name) for name in names})
    return view


def lane(type_url: str, *names: str, **has: str) -> Lane:
    request = REQUEST(type_url=type_url, resource_names_subscribe=names, initial_resource_versions=has)
    return Lane(type_url, request)


def told(due: Any) -> tuple[list[str], list[str], list[str]] | None:
    return due and ([resource.name for resource in due.resources], due.removed, due.unknown)


def test_what_was_told_is_not_due_again() -> None:
    view, all_of = view_of("a", "b"), lane(types.LISTENER)
    assert told(all_of.due((view,))) == (["a", "b"], [], [])
    assert all_of.due((view,)) is None
    view.commit({"b": made("b", "2"), "a": None})
    assert told(all_of.due((view,))) == (["b"], ["a"], [])


def test_the_first_answer_to_a_wildcard_is_due_though_empty() -> None:
    assert told(lane(types.LISTENER).due((View(),))) == ([], [], [])
    assert lane(types.ENDPOINT).due((View(),)) is None


def test_what_the_client_has_already_is_not_sent_and_what_it_should_not_have_is_taken_away() -> None:
    view = view_of("same", "changed", "new")
    known = {"same": made("same").version, "changed": "old", "gone": "old"}
    assert told(lane(types.LISTENER, **known).due((view,))) == (["changed", "new"], ["gone"], [])
    by_name = lane(types.ROUTE, "same", "changed", "new", "gone", "never", **known)
    assert told(by_name.due((view,))) == (["changed", "new"], ["gone"], ["never"])


def test_a_virtual_host_that_never_was_is_absent_and_one_that_was_is_removed() -> None:
    hosts = lane(types.VIRTUAL_HOST, "a", "never", "bodiless", "was", bodiless="0", was="abc")
    view = view_of("a")
    assert told(hosts.due((view,))) == (["a"], ["was"], ["bodiless", "never"])
    view.commit({"a": None, "never": made("never")})
    assert told(hosts.due((view,))) == (["never"], ["a"], [])


def test_a_virtual_host_that_is_asked_for_while_it_goes_is_removed_and_absent() -> None:
    view, hosts = view_of("a"), lane(types.VIRTUAL_HOST, "a")
    hosts.due((view,))
    view.commit({"a": None})
    hosts.receive(REQUEST(resource_names_subscribe=["a"]))
    assert told(hosts.due((view,))) == ([], ["a"], ["a"])


def test_other_views_are_compared_and_what_differs_is_told() -> None:
    old, new, shared = view_of("a", "b", "left"), View(), view_of("s")
    new.commit({"a": made("a"), "b": made("b", "2"), "came": made("came")})
    all_of = lane(types.LISTENER)
    all_of.due((shared, old))
    assert told(all_of.due((shared, new))) == (["b", "came"], ["left"], [])


def test_a_change_that_came_with_other_views_is_not_lost() -> None:
    old, new = view_of("a", "b"), View()
    new.commit({"a": made("a", "2"), "b": made("b")})
    all_of = lane(types.LISTENER)
    all_of.due((old,))
    old.commit({"a": made("a", "2"), "b": None})
    assert told(all_of.due((new,))) == (["a", "b"], [], [])


def test_a_client_too_far_behind_is_told_so() -> None:
    view = view_of("a", "b", "c", graves=1)
    all_of = lane(types.LISTENER)
    all_of.due((view,))
    view.commit({"a": None})
    view.commit({"b": None})
    with pytest.raises(Behind):
        all_of.due((view,))


def test_a_name_given_up_is_answered_while_all_are_wanted_and_not_otherwise() -> None:
    view = view_of("a")
    all_of, some = lane(types.CLUSTER, "*", "a"), lane(types.CLUSTER, "a")
    for each in (all_of, some):
        each.due((view,))
        each.receive(REQUEST(resource_names_unsubscribe=["a"]))
    assert told(all_of.due((view,))) == (["a"], [], [])
    assert some.due((view,)) is None


def test_asking_for_all_later_is_answered_with_all() -> None:
    view = view_of("a", "b")
    some = lane(types.CLUSTER, "a", "none")
    some.due((view,))
    some.receive(REQUEST(resource_names_subscribe=["*"]))
    assert told(some.due((view,))) == (["a", "b"], [], ["none"])


def test_what_builds_on_it_waits_for_all_but_mere_changes_of_endpoints() -> None:
    view, clusters, endpoints = view_of("a"), lane(types.CLUSTER), lane(types.ENDPOINT, "a")
    assert [each.due((view,)).awaited for each in (clusters, endpoints)] == [True, True]  # type: ignore[union-attr]
    view.commit({"a": made("a", "2")})
    assert [each.due((view,)).awaited for each in (clusters, endpoints)] == [True, False]  # type: ignore[union-attr]
    endpoints.ask(["a", "stranger"])
    due = endpoints.due((view,))
    assert due is not None and due.awaited and told(due) == (["a"], [], [])


def test_a_lane_awaits_until_the_answer() -> None:
    endpoints = lane(types.ENDPOINT, "a")
    endpoints.note("1", ["a"], 10, awaited=False)
    assert not endpoints.awaiting
    endpoints.note("2", ["a"], 10, awaited=True)
    assert endpoints.awaiting
    endpoints.receive(refuse("2", "no"))
    assert not endpoints.awaiting


def test_an_answer_to_a_nonce_that_is_not_ours_is_ignored() -> None:
    all_of = lane(types.LISTENER)
    all_of.note("1", ["a"], 10, awaited=True)
    all_of.receive(REQUEST(response_nonce="stranger"))
    assert all_of.acked == ""
    all_of.receive(REQUEST(response_nonce="1"))
    assert all_of.acked == "1"


def refuse(nonce: str, text: str) -> Any:
    request = REQUEST(response_nonce=nonce)
    request.error_detail.message = text
    return request


ADDING = "Error adding/updating listener(s) "


def reasons(of: Lane) -> dict[str, str]:
    return {name: nack.reason for name, nack in of.nacks.items()}


def test_a_refusal_is_kept_by_the_names_it_mentions() -> None:
    all_of = lane(types.LISTENER)
    all_of.note("1", ["good", "bad"], 10, awaited=True)
    all_of.receive(refuse("1", ADDING + "bad: no"))
    assert reasons(all_of) == {"bad": "no"} and all_of.nacks["bad"].nonce == "1"
    all_of.note("2", ["x"], 10, awaited=True)
    all_of.receive(refuse("2", "none mentioned, but only one was sent"))
    assert list(all_of.nacks) == ["bad", "x"]


def test_a_refusal_ends_with_an_accepted_version_or_with_the_resource() -> None:
    view = view_of("a", "b")
    all_of = lane(types.LISTENER)
    all_of.due((view,))
    all_of.note("1", ["a", "b"], 10, awaited=True)
    all_of.receive(refuse("1", ADDING + "a: no, b: no"))
    assert reasons(all_of) == {"a": "no", "b": "no"}
    view.commit({"a": made("a", "2")})
    all_of.due((view,))
    all_of.note("2", ["a"], 10, awaited=True)
    all_of.receive(REQUEST(response_nonce="2"))
    assert list(all_of.nacks) == ["b"]
    view.commit({"b": None})
    all_of.due((view,))
    assert all_of.nacks == {}


def test_what_a_refusal_does_not_mention_was_accepted() -> None:
    all_of = lane(types.LISTENER)
    all_of.note("1", ["first", "second"], 10, awaited=True)
    all_of.receive(refuse("1", ADDING + "first: no, second: no"))
    all_of.note("2", ["first", "second"], 10, awaited=True)
    all_of.receive(refuse("2", ADDING + "second: still no"))
    assert reasons(all_of) == {"second": "still no"}


def test_of_a_response_refused_whole_each_half_is_said_again_until_the_fault_is_alone() -> None:
    view, all_of = view_of("a", "b", "c", "d"), lane(types.LISTENER)
    waiting, sent = [all_of.apart(all_of.due((view,)).resources)], 0  # type: ignore[union-attr]
    while waiting:
        for part in waiting.pop():
            names, sent = [resource.name for resource in part], sent + 1
            all_of.note(str(sent), names, 10, awaited=True)
            all_of.receive(refuse(str(sent), "cannot be read") if "c" in names else REQUEST(response_nonce=str(sent)))
        if (due := all_of.due((view,))) is not None:
            waiting.append(all_of.apart(due.resources))
    assert reasons(all_of) == {"c": "cannot be read"}
    assert sent == 5 and all_of.answered((view,))


def test_what_a_refused_response_removed_is_removed_again() -> None:
    view, all_of = view_of("a", "b"), lane(types.LISTENER)
    all_of.due((view,))
    view.commit({"a": made("a", "2"), "b": None})
    assert told(all_of.due((view,))) == (["a"], ["b"], [])
    all_of.note("1", ["a"], 10, awaited=True, removed=["b"])
    all_of.receive(refuse("1", "cannot be read"))
    assert told(all_of.due((view,))) == ([], ["b"], []), (
        "as gone, not as unknown: on virtual hosts that is said otherwise"
    )
    all_of.note("2", [], 10, awaited=True, removed=["b"])
    all_of.receive(refuse("2", "no"))
    assert all_of.due((view,)) is None, "a client that refuses even that is not asked for ever"


def test_a_client_that_never_answers_costs_a_bounded_memory() -> None:
    all_of = lane(types.LISTENER)
    for number in range(1000):
        all_of.note(str(number), ["a"], 1, awaited=True)
    assert len(all_of._in_flight) == 64


def test_a_lane_is_answered_when_all_there_is_was_taken_or_refused() -> None:
    view, one = view_of("a"), lane(types.LISTENER)
    assert not one.answered((view,))
    one.due((view,))
    one.note("1", ["a"], 1, awaited=True)
    assert not one.answered((view,))
    one.receive(REQUEST(type_url=types.LISTENER, response_nonce="1"))
    assert one.answered((view,))
    view.commit({"a": made("a", "2")})
    assert not one.answered((view,))
    one.due((view,))
    one.note("2", ["a"], 1, awaited=True)
    one.receive(refuse("2", "no"))
    assert one.answered((view,)) and reasons(one) == {"a": "no"}
