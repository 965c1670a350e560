import json

import yaml

from lateen.install.helm.values import istiod_profiles, istiod_schema, istiod_values, schema, schema_of


def test_defaults_are_those_of_the_installer() -> None:
    defaults = yaml.safe_load(istiod_values())["defaults"]
    assert defaults["global"]["hub"] == "lateen" and defaults["pilot"]["resources"]["requests"]["cpu"] == "500m"
    assert yaml.safe_load(istiod_profiles()["demo.yaml"])["pilot"]["autoscaleEnabled"] is False


def test_names_at_the_top_are_those_below_pilot_too() -> None:
    known = json.loads(istiod_schema())
    assert known["properties"]["replicaCount"] == known["properties"]["pilot"]["properties"]["replicaCount"]
    assert not known["additionalProperties"] and known["properties"]["global"]["additionalProperties"]


def test_types_are_those_of_the_defaults() -> None:
    assert schema({"a": True, "b": 1, "c": [], "d": "x", "e": {}, "f": 0.5}, "")["properties"] == {
        "a": {"type": "boolean"}, "b": {"type": "integer"}, "c": {"type": "array"}, "d": {"type": "string"},
        "e": {"type": "object"}, "f": {"type": "number"},
    }  # fmt: skip
    assert schema({"x": 1}, "values.pilot.resources") == {"type": "object"}
    assert schema(False, "values.pilot.cni.enabled")["enum"] == [False]
    assert schema("25%", "values.pilot.rollingMaxSurge")["type"] == ["string", "integer"]


def test_what_is_open_is_not_looked_into() -> None:
    known = json.loads(schema_of({"service": {"type": "x"}, "name": ""}, ("service",)))
    assert known["properties"]["service"] == {} and known["properties"]["name"] == {"type": "string"}
