"""Fields that there are not: refused, warned of, or dropped, as the writer asks."""

from typing import Any

import pytest
from apis import Answer, Api
from apiservers import CONFIG_MAP, VIRTUAL_SERVICE, config_map, virtual_service
from contracts import applied, causes, patch, told


def misspelt(api: Api) -> dict[str, Any]:
    """A VirtualService with an unknown field on top, one inside, and one deep down in a list."""
    raw = virtual_service("a") | {"metadata": {"name": "a", "namespace": api.namespace}}
    raw["spec"]["gatewayz"] = ["x"]
    raw["spec"]["http"][0]["route"][0]["destination"]["hots"] = "y"
    return raw


PATHS = ("spec.gatewayz", "spec.http[0].route[0].destination.hots")


def warnings(answer: Answer) -> list[str]:
    return list(answer.headers.getall("Warning", []))  # type: ignore[attr-defined]


def clean(api: Api) -> dict[str, Any]:
    spec: dict[str, Any] = virtual_service("a")["spec"]
    return spec


async def test_a_strict_writer_is_refused_and_told_every_field(api: Api) -> None:
    answer = await api.ask("POST", api.path(VIRTUAL_SERVICE), misspelt(api), query={"fieldValidation": "Strict"})
    told(answer, 400, "BadRequest")
    assert "strict decoding error" in answer.body["message"]
    assert all(f'unknown field "{path}"' in answer.body["message"] for path in PATHS)
    assert (await api.ask("GET", api.path(VIRTUAL_SERVICE, "a"))).status == 404


@pytest.mark.parametrize("how", ["", "Warn"])
async def test_a_writer_is_warned_of_every_field_and_they_are_dropped(api: Api, how: str) -> None:
    query = {"fieldValidation": how} if how else {}
    answer = await api.ask("POST", api.path(VIRTUAL_SERVICE), misspelt(api), query=query)
    assert answer.status == 201, answer.body
    assert all(any(f'unknown field \\"{path}\\"' in text for text in warnings(answer)) for path in PATHS), warnings(
        answer
    )
    assert all(text.startswith("299 - ") for text in warnings(answer))
    assert answer.body["spec"] == clean(api)


async def test_a_writer_who_does_not_care_hears_nothing_and_the_fields_are_dropped(api: Api) -> None:
    answer = await api.ask("POST", api.path(VIRTUAL_SERVICE), misspelt(api), query={"fieldValidation": "Ignore"})
    assert (answer.status, warnings(answer), answer.body["spec"]) == (201, [], clean(api))
    stored = await api.client.get(VIRTUAL_SERVICE, api.key("a"))
    assert stored["spec"] == clean(api)


async def test_every_way_of_writing_is_asked(api: Api) -> None:
    await api.client.create(VIRTUAL_SERVICE, misspelt(api) | {"spec": clean(api)})
    strict = {"fieldValidation": "Strict"}
    version = (await api.client.get(VIRTUAL_SERVICE, api.key("a")))["metadata"]["resourceVersion"]
    raw = misspelt(api)
    put = raw | {"metadata": raw["metadata"] | {"resourceVersion": version}}
    for answer in (
        await api.ask("PUT", api.path(VIRTUAL_SERVICE, "a"), put, query=strict),
        await patch(api, VIRTUAL_SERVICE, "a", {"spec": {"gatewayz": ["x"]}}, **strict),
        await patch(
            api, VIRTUAL_SERVICE, "a", [{"op": "add", "path": "/spec/gatewayz", "value": []}], "json", **strict
        ),
    ):
        assert answer.status in (400, 422) and "spec.gatewayz" in answer.body["message"], answer.body
    warned = await patch(api, VIRTUAL_SERVICE, "a", {"spec": {"gatewayz": ["x"]}})
    assert warned.status == 200 and any("spec.gatewayz" in text for text in warnings(warned))
    assert warned.body["spec"] == clean(api)


async def test_an_apply_knows_only_the_fields_that_there_are(api: Api) -> None:
    answer = await applied(api, VIRTUAL_SERVICE, misspelt(api), "one", fieldValidation="Strict")
    assert answer.status >= 400 and "gatewayz" in answer.body["message"]
    assert (await api.ask("GET", api.path(VIRTUAL_SERVICE, "a"))).status == 404


async def test_a_known_field_of_a_wrong_type_is_refused_whatever_the_writer_asks(api: Api) -> None:
    raw = misspelt(api) | {"spec": clean(api) | {"hosts": "web"}}
    for how in ("Strict", "Warn", "Ignore"):
        answer = await api.ask("POST", api.path(VIRTUAL_SERVICE), raw, query={"fieldValidation": how})
        assert "spec.hosts" in {field for _, field in causes(answer, 422, "Invalid")}


async def test_a_core_object_with_an_unknown_field_is_refused_by_the_strict_alone(api: Api) -> None:
    raw = config_map("a", {"x": "1"}, api.namespace) | {"dta": {}}
    answer = await api.ask("POST", api.path(CONFIG_MAP), raw, query={"fieldValidation": "Strict"})
    told(answer, 400, "BadRequest")
    assert 'unknown field "dta"' in answer.body["message"]
    warned = await api.ask("POST", api.path(CONFIG_MAP), raw)
    assert warned.status == 201 and warnings(warned) == ['299 - "unknown field \\"dta\\""']


async def test_there_are_three_ways_of_validation(api: Api) -> None:
    raw = config_map("a", namespace=api.namespace)
    answer = await api.ask("POST", api.path(CONFIG_MAP), raw, query={"fieldValidation": "Loose"})
    assert causes(answer, 422, "Invalid") == {("FieldValueNotSupported", "fieldValidation")}


async def test_a_manager_has_a_short_printable_name(api: Api) -> None:
    raw = config_map("a", namespace=api.namespace)
    for name, reason in (("x" * 129, "FieldValueTooLong"), ("a\nb", "FieldValueInvalid")):
        answer = await api.ask("POST", api.path(CONFIG_MAP), raw, query={"fieldManager": name})
        assert causes(answer, 422, "Invalid") == {(reason, "fieldManager")}
