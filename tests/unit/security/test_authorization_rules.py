from typing import Any

from worlds import istio, mesh_config

from lateen.plan.authorization import Authorization
from lateen.reactive import Engine
from lateen.registry.registry import build_registry
from lateen.security.authorization_rules import build_authorization_security
from lateen.store.store import Store


class Security:
    """What is in force for workloads of `shop` with labels, and how often policies were read."""

    def __init__(self) -> None:
        self.engine = Engine(events=100_000)
        self.store = Store(self.engine)
        self.security = build_authorization_security(self.engine, self.store, build_registry(self.engine, self.store))
        self.found = self.engine.demand("found", self._of)

    def _of(self, read: Any, labels: tuple[tuple[str, str], ...]) -> Authorization:
        return self.security.of(read, "shop", dict(labels), lambda namespace, host, port: "")

    def put(self, *objects: dict[str, Any]) -> None:
        for raw in objects:
            self.store.put(raw)
        self.engine.settle()
        assert not self.engine.errors, dict(self.engine.errors)

    def rules(self, **labels: str) -> list[str]:
        key = tuple(sorted(labels.items()))
        if key not in self.found:
            self.found.want(key)
            self.engine.settle()
        found = self.found.get(key)
        assert found is not None
        return sorted(rule.name for stage in found.http.stages for rule in (*(stage.rules or ()), *(stage.trial or ())))


def policy(name: str, spec: str = "{rules: [{}]}", namespace: str = "shop", **meta: Any) -> dict[str, Any]:
    made = istio("AuthorizationPolicy", name, spec, namespace=namespace)
    return made | {"metadata": made["metadata"] | meta}


def rule(name: str, namespace: str = "shop", index: int = 0) -> str:
    return f"ns[{namespace}]-policy[{name}]-rule[{index}]"


def test_the_mesh_the_namespace_and_selectors_add_up() -> None:
    world = Security()
    world.put(
        policy("mesh", namespace="istio-system"),
        policy("all"),
        policy("web", "{selector: {matchLabels: {app: web}}, rules: [{}]}"),
        policy("root-web", "{selector: {matchLabels: {app: web}}, rules: [{}]}", "istio-system"),
        policy("else", namespace="bank"),
    )
    wide = [rule("mesh", "istio-system"), rule("all")]
    assert world.rules(app="db") == sorted(wide)
    assert world.rules(app="web") == sorted([*wide, rule("web"), rule("root-web", "istio-system")])


def test_what_is_attached_to_services_is_for_no_sidecar_or_gateway() -> None:
    world = Security()
    world.put(policy("s", "{targetRefs: [{kind: Service, name: web, group: ''}], rules: [{}]}"))
    assert world.rules(app="web") == []


def test_dry_run_is_told_by_an_annotation() -> None:
    world = Security()
    world.put(policy("a", annotations={"istio.io/dry-run": "true"}), policy("b"))
    world.rules()
    found = world.found.get(())
    assert found is not None
    (stage,) = found.http.stages
    assert stage.trial is not None
    assert stage.rules is not None
    assert ([one.name for one in stage.trial], [one.name for one in stage.rules]) == ([rule("a")], [rule("b")])


def test_rules_are_named_by_their_place_and_come_from_it() -> None:
    world = Security()
    world.put(policy("p", "{rules: [{}, {to: [{operation: {methods: [GET]}}]}]}"), policy("none", "{}"))
    assert world.rules() == [rule("none"), rule("p"), rule("p", index=1)]
    found = world.found.get(())
    assert found is not None
    origins = {one.name: str(one.origin) for stage in found.http.stages for one in stage.rules or ()}
    assert origins[rule("p", index=1)] == "AuthorizationPolicy shop/p spec.rules[1]"


def test_aliases_of_the_trust_domain_are_read_from_the_mesh() -> None:
    world = Security()
    world.put(policy("p", "{rules: [{from: [{source: {principals: [cluster.local/ns/a/sa/b]}}]}]}"))
    world.rules()
    before = world.found.get(())
    world.put(mesh_config("trustDomainAliases: [old.td]"))
    assert "spiffe://old.td/ns/a/sa/b" in str(world.found.get(()))
    assert "spiffe://old.td" not in str(before)


def test_a_change_of_one_of_a_thousand_policies_costs_those_that_it_selects() -> None:
    world = Security()
    selected = "{{selector: {{matchLabels: {{app: a{0}}}}}, rules: [{{to: [{{operation: {{methods: [{1}]}}}}]}}]}}"
    world.put(*(policy(f"p{number}", selected.format(number, "GET")) for number in range(1000)))
    assert world.rules(app="a1") == [rule("p1")]
    assert world.rules(app="a2") == [rule("p2")]
    before = world.engine.events[-1].sequence
    world.put(policy("p1", selected.format(1, "POST")))
    assert world.engine.ran(before + 1) == [
        ("authorization policies", ("shop", "p1")),
        ("labels of authorization policies", ("shop", "p1")),
        ("found", (("app", "a1"),)),
    ]
