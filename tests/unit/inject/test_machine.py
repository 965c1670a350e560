from typing import Any

from worlds import istio

from lateen.inject.machine import entry_name, entry_of, environment_of
from lateen.kinds.decode import decode
from lateen.kinds.object import Object

SPEC = """
metadata: {labels: {app: db, tier: one}, annotations: {a: b}}
template: {ports: {mysql: 3306}, labels: {tier: two}, serviceAccount: db, network: far, weight: 3, locality: r/z}
"""


def group(spec: str = SPEC) -> Object:
    return decode(istio("WorkloadGroup", "db", spec))


def test_an_entry_is_the_groups_template_at_an_address() -> None:
    made: dict[str, Any] = entry_of(group(), "db-1", "192.0.2.1")
    found = decode(made).model
    assert (found.metadata.name, found.metadata.namespace) == ("db-1", "shop")
    assert found.metadata.labels == {"app": "db", "tier": "one"}
    assert found.metadata.annotations == {"a": "b", "istio.io/autoRegistrationGroup": "db"}
    assert (found.spec.address, found.spec.ports, found.spec.weight) == ("192.0.2.1", {"mysql": 3306}, 3)
    assert found.spec.labels == {"app": "db", "tier": "two"}


def test_names_are_those_of_machines_that_register_themselves() -> None:
    assert entry_name("db", "192.0.2.1") == "db-192.0.2.1"
    assert entry_name("db", "fd00::1", "far") == "db-fd00--1-far"


def test_the_proxy_is_told_who_it_is() -> None:
    env = environment_of(group(), "db-1", "192.0.2.1")
    assert (env["POD_NAME"], env["POD_NAMESPACE"], env["SERVICE_ACCOUNT"]) == ("db-1", "shop", "db")
    assert env["ISTIO_METAJSON_LABELS"] == '{"app": "db", "tier": "two"}'
    assert environment_of(group("{template: {}}"), "x", "192.0.2.1")["SERVICE_ACCOUNT"] == "default"
