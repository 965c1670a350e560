"""What the control plane takes from a real API server: kinds, namespaces, settings."""

from typing import Any

from planes import Plane
from worlds import service

from lateen.app.source import WATCHED
from lateen.base.refs import Key
from lateen.base.tasks import until
from lateen.kinds.all import by_kind

IN = {"mesh": "in"}


def settings(text: str) -> dict[str, Any]:
    meta = {"name": "istio", "namespace": "istio-system"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {"mesh": text}}


def namespace(name: str, labels: dict[str, str] | None = None) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels or {}}}


def services(mesh: Plane) -> set[str]:
    return {str(key) for key in mesh.control.pipeline.store["Service"]}


async def test_every_kind_is_read_in_the_version_that_is_served(mesh: Plane) -> None:
    assert mesh.control.source.missing() == ""
    assert mesh.control.source.kinds() == {kind: by_kind(kind).versions[0] for kind in WATCHED}


async def test_namespaces_come_and_go_with_their_labels_and_with_the_selectors(mesh: Plane) -> None:
    await mesh.put(namespace("in", IN), service("a", namespace="in"), service("b"))
    await until(lambda: services(mesh) >= {"in/a", "shop/b"}, seconds=10, what="both services")
    await mesh.put(settings("discoverySelectors: [{matchLabels: {mesh: in}}]"))
    await until(lambda: "shop/b" not in services(mesh), seconds=10, what="shop to leave")
    assert "in/a" in services(mesh) and "shop" in mesh.control.source.membership.outside
    await mesh.put(namespace("shop", IN))
    await until(lambda: services(mesh) >= {"in/a", "shop/b"}, seconds=10, what="shop to come back")
    await mesh.put(namespace("in"))
    await until(lambda: "in/a" not in services(mesh), seconds=10, what="the other to leave")
    await mesh.put(settings("{}"))
    await until(lambda: services(mesh) >= {"in/a", "shop/b"}, seconds=10, what="both services")


async def test_broken_settings_leave_the_last_good_ones_in_force_and_are_shown(mesh: Plane) -> None:
    registry, errors = mesh.control.pipeline.plans.registry, mesh.control.pipeline.engine.errors

    def allowed() -> bool | None:
        found = registry.mesh.get(registry.default.config_map)
        return found and found.allow_any

    await mesh.put(settings("outboundTrafficPolicy: {mode: REGISTRY_ONLY}"))
    await until(lambda: allowed() is False, seconds=10, what="the settings")
    await mesh.put(settings("outboundTrafficPolicy: {mode: ALOW_ANY}"))
    await until(lambda: errors, seconds=10, what="the error")
    assert allowed() is False
    (told,) = errors.values()
    assert "ConfigMap istio-system/istio:1" in told and "outboundTrafficPolicy.mode" in told
    await mesh.put(settings("outboundTrafficPolicy: {mode: ALLOW_ANY}"))
    await until(lambda: allowed() is True and not errors, seconds=10, what="the mended settings")


async def test_a_secret_is_in_no_window_and_a_service_accounts_token_is_not_even_read(mesh: Plane) -> None:
    def secret(name: str, kind: str) -> dict[str, Any]:
        meta = {"name": name, "namespace": "shop", "annotations": {"kubernetes.io/service-account.name": "default"}}
        return {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "type": kind, "data": {"k": "aHVzaA=="}}

    await mesh.put(secret("token", "kubernetes.io/service-account-token"), secret("plain", "Opaque"))
    store = mesh.control.pipeline.store["Secret"]
    await until(lambda: Key("shop", "plain") in store, seconds=10, what="the secret")
    assert Key("shop", "token") not in store
    assert "aHVzaA" not in repr(store.get(Key("shop", "plain"))) + repr(mesh.control.pipeline.engine.events)
