import base64

import pytest

from lateen.runtime.environment import MissingReference, environment, expand

POD = {"metadata": {"name": "web-1", "namespace": "shop", "uid": "u"}, "spec": {}}
OBJECTS = {
    ("ConfigMap", "settings"): {"data": {"MODE": "fast"}},
    ("Secret", "login"): {"data": {"password": base64.b64encode(b"s3cret").decode()}},
}


async def lookup(kind, name):
    return OBJECTS.get((kind, name))


async def env(**container):
    return await environment(container, POD, lookup, {"PATH": "/bin"})


async def test_literal_values_and_references_to_earlier_ones():
    made = await env(env=[{"name": "A", "value": "1"}, {"name": "B", "value": "$(A)$(NONE)$$(A)"}])
    assert made == {"PATH": "/bin", "A": "1", "B": "1$(NONE)$(A)"}


async def test_secret_and_config_map_keys():
    secret = {"name": "P", "valueFrom": {"secretKeyRef": {"name": "login", "key": "password"}}}
    config = {"name": "M", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "MODE"}}}
    made = await env(env=[secret, config])
    assert (made["P"], made["M"]) == ("s3cret", "fast")


async def test_whole_objects_with_a_prefix_come_before_single_values():
    made = await env(
        envFrom=[{"prefix": "X_", "configMapRef": {"name": "settings"}}, {"secretRef": {"name": "login"}}],
        env=[{"name": "X_MODE", "value": "slow"}],
    )
    assert (made["X_MODE"], made["password"]) == ("slow", "s3cret")


async def test_fields_and_resources_of_the_pod():
    field = {"name": "N", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}
    cpu = {"name": "C", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}}
    made = await env(env=[field, cpu], resources={"limits": {"cpu": "3"}})
    assert (made["N"], made["C"]) == ("web-1", "3")


@pytest.mark.parametrize(
    "reference", [{"name": "none", "key": "x"}, {"name": "login", "key": "none"}], ids=["object", "key"]
)
async def test_what_is_missing_is_told_unless_it_is_optional(reference):
    item = {"name": "P", "valueFrom": {"secretKeyRef": reference}}
    with pytest.raises(MissingReference, match="not found"):
        await env(env=[item])
    optional = {"name": "P", "valueFrom": {"secretKeyRef": {**reference, "optional": True}}}
    assert "P" not in await env(env=[optional])


def test_expansion_leaves_what_it_does_not_know():
    assert expand("$(A) $A ${A} $(B)", {"A": "x"}) == "x $A ${A} $(B)"
