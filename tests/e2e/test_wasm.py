"""WebAssembly modules in real proxies: fetched from a real web server and a real registry, run on every side."""

import asyncio
import base64
import hashlib
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mesh import Mesh, eventually
from registries import OCI_LAYER, ImageRegistry, pull_config, registry
from wasm_modules import adds_header, crashes, padded, prepends

from lateen.runtime.netns import listen_in

OUTSIDE = "203.0.113.81"
WEB = "http://web:8080/"
EXTENSIONS = "extensions.istio.io/v1alpha1"


@pytest.fixture(scope="module")
def shop(mesh: Mesh) -> Mesh:
    mesh.deploy("web", ports="8080=http 9000=tcp")
    mesh.deploy("client")
    eventually(lambda: mesh.call("client", WEB)[0] == 200, 10, "the way there")
    return mesh


@pytest.fixture(scope="module")
def store(shop: Mesh) -> Iterator[ImageRegistry]:
    """A web server and registry outside the mesh, at an address of its own; the mesh knows that it has no TLS."""
    shop.lateen("internal", "add-host", "modules", OUTSIDE)
    listening = listen_in(Path(f"/run/netns/lateen-{shop.name}-modules"), OUTSIDE, 5000)
    served, ended, loop = threading.Event(), asyncio.Event(), asyncio.new_event_loop()
    made: list[ImageRegistry] = []

    async def serve() -> None:
        async with registry(listening) as one:
            made.append(one)
            served.set()
            await ended.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    served.wait(10)
    text = json.dumps({"defaultConfig": {"proxyMetadata": {"WASM_INSECURE_REGISTRIES": made[0].host}}})
    meta = {"name": "istio", "namespace": "istio-system"}
    shop.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {"mesh": text}})
    yield made[0]
    loop.call_soon_threadsafe(ended.set)
    thread.join(10)
    loop.close()


@pytest.fixture
def put(shop: Mesh) -> Iterator[Any]:
    """Applies objects for one test."""
    made: list[dict[str, Any]] = []

    def apply(*objects: dict[str, Any]) -> None:
        made.extend(objects)
        shop.apply(*objects)

    yield apply
    shop.delete(*made)
    eventually(lambda: "x-wasm" not in headers(shop), 15, "no module runs any more")


def plugin(name: str, url: str, *, annotations: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    """A module that sees what comes to the server, if nothing else is said."""
    given = {"selector": {"matchLabels": {"app": "web"}}, "match": [{"mode": "SERVER"}], "url": url, **spec}
    meta = {"name": name, "annotations": annotations or {}}
    return {"apiVersion": EXTENSIONS, "kind": "WasmPlugin", "metadata": meta, "spec": given}


def headers(mesh: Mesh, url: str = WEB) -> dict[str, str]:
    """What headers the application saw; {} when it was not reached."""
    found = mesh.call("client", url)[1]
    return dict(found["headers"]) if found else {}


def added(mesh: Mesh) -> str:
    return headers(mesh).get("x-wasm", "")


def status(mesh: Mesh) -> int:
    return int(mesh.call("client", WEB)[0])


def told(mesh: Mesh, name: str, kind: str = "wasmplugin") -> str:
    """What the object's status says."""
    found = mesh.get(kind, name).get("status", {}).get("conditions", [])
    return " ".join(each.get("message", "") for each in found)


def hexed(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_a_module_by_http_with_its_digest_runs_where_it_is_asked_for(shop: Mesh, store: ImageRegistry, put: Any) -> None:  # fmt: skip
    code = adds_header("x-wasm", "by http")
    store.files["/one.wasm"] = code
    url = f"http://{store.host}/one.wasm"
    put(plugin("one", url, sha256=hexed(code)))
    eventually(lambda: added(shop) == "by http", 20, "the module runs")
    eventually(lambda: "acknowledged" in told(shop, "one"), 15, "the status says so")
    put(plugin("one", url, sha256=hexed(code), match=[{"mode": "SERVER", "ports": [{"number": 9000}]}]))
    eventually(lambda: added(shop) == "", 15, "it is for another port")
    put(plugin("one", url, sha256=hexed(code), selector=None, match=[{"mode": "CLIENT"}]))
    eventually(lambda: added(shop) == "by http", 15, "it runs at the client")
    outside = shop.call("client", "http://nowhere.example.com/")[0]
    assert outside != 200


def test_what_has_another_digest_is_not_run_and_said_of_its_object(shop: Mesh, store: ImageRegistry, put: Any) -> None:
    store.files["/digest.wasm"] = adds_header("x-wasm", "wrong")
    url = f"http://{store.host}/digest.wasm"
    put(plugin("digest", url, sha256="0" * 64))
    assert "is not the module with sha256 000" in eventually(lambda: told(shop, "digest"), 15, "a status")
    eventually(lambda: status(shop) == 500, 10, "what should see it is not there")
    put(plugin("digest", url, sha256="0" * 64, failStrategy="FAIL_OPEN"))
    eventually(lambda: status(shop) == 200, 10, "it is said that it may be missing")
    put(plugin("digest", url, sha256=hexed(store.files["/digest.wasm"]), failStrategy="FAIL_OPEN"))
    eventually(lambda: added(shop) == "wrong", 15, "the right digest")
    eventually(lambda: "is not there" not in told(shop, "digest"), 15, "nothing is said any more")


def test_an_image_is_read_with_a_pull_secret(shop: Mesh, store: ImageRegistry, put: Any) -> None:
    store.push("team/adds", "v1", adds_header("x-wasm", "by image"), OCI_LAYER)
    store.accounts = {"me": "pass"}
    try:
        put(plugin("image", f"oci://{store.host}/team/adds:v1", imagePullSecret="pull"))
        eventually(lambda: "there is no Secret default/pull" in told(shop, "image"), 15, "no secret yet")
        config = base64.b64encode(pull_config(store.host, "me", "pass").encode()).decode()
        kind = "kubernetes.io/dockerconfigjson"
        put({"apiVersion": "v1", "kind": "Secret", "type": kind, "metadata": {"name": "pull"},
             "data": {".dockerconfigjson": config}})  # fmt: skip
        eventually(lambda: added(shop) == "by image", 20, "the image's module runs")
        put(plugin("other", f"{store.host}/team/adds:v1", failStrategy="FAIL_OPEN"))
        eventually(lambda: "401" in told(shop, "other"), 15, "without the secret it is not read")
    finally:
        store.accounts = {}


def test_an_image_pinned_by_digest_stays_and_a_moving_tag_is_read_again_when_its_object_changes(
    shop: Mesh, store: ImageRegistry, put: Any
) -> None:
    first = store.push("moving", "latest", adds_header("x-wasm", "first"))
    url = f"{store.host}/moving"
    put(plugin("moving", url, annotations={"of": "1"}))
    eventually(lambda: added(shop) == "first", 20, "the first")
    store.push("moving", "latest", adds_header("x-wasm", "second"))
    put(plugin("moving", url, annotations={"of": "2"}))
    eventually(lambda: added(shop) == "second", 20, "the second")
    put(plugin("moving", f"{url}@{first}", annotations={"of": "3"}))
    eventually(lambda: added(shop) == "first", 20, "the pinned one")


def test_an_update_that_cannot_be_fetched_leaves_the_last_in_force(shop: Mesh, store: ImageRegistry, put: Any) -> None:
    store.files["/a.wasm"] = adds_header("x-wasm", "a")
    put(plugin("update", f"http://{store.host}/a.wasm"))
    eventually(lambda: added(shop) == "a", 20, "the module")
    put(plugin("update", f"http://{store.host}/b.wasm"))
    eventually(lambda: "b.wasm answers 404" in told(shop, "update"), 15, "the status")
    assert added(shop) == "a"
    store.files["/b.wasm"] = adds_header("x-wasm", "b")
    eventually(lambda: added(shop) == "b", 30, "it is tried again")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1:15000/config_dump", "a loopback address"),
        ("http://169.254.169.254/latest/meta-data", "a link-local address"),
        ("http://10.244.0.1:15012/", "an address inside the mesh"),
        ("oci://10.244.0.1:6443/api", "an address inside the mesh"),
        ("http://STORE/too-large", "sends more than 33554432 bytes"),
        ("http://STORE/page", "no WebAssembly module"),
        ("http://STORE/none", "answers 404"),
    ],
)
def test_what_may_not_be_fetched_is_told(shop: Mesh, store: ImageRegistry, put: Any, url: str, why: str) -> None:
    store.files |= {"/page": b"<html>", "/too-large": padded(adds_header("x-wasm", "large"), 33 << 20)}
    put(plugin("refused", url.replace("STORE", store.host), failStrategy="FAIL_OPEN"))
    eventually(lambda: why in told(shop, "refused"), 20, why)
    assert status(shop) == 200 and added(shop) == ""


def test_a_module_that_fails_at_work_does_as_its_strategy_says(shop: Mesh, store: ImageRegistry, put: Any) -> None:
    store.files["/crashes.wasm"] = crashes()
    url = f"http://{store.host}/crashes.wasm"
    put(plugin("crash", url))
    eventually(lambda: status(shop) == 503, 20, "it fails closed")
    put(plugin("crash", url, failStrategy="FAIL_OPEN"))
    eventually(lambda: status(shop) == 200 == status(shop), 20, "it fails open")


def _all_of(mesh: Mesh) -> list[str]:
    """The values of the header in the order in which they were added: as a script behind them sees them."""
    return [part.strip() for part in added(mesh).split(",")]


def test_a_gateway_runs_a_module(shop: Mesh, store: ImageRegistry, put: Any) -> None:
    store.files["/edge.wasm"] = adds_header("x-wasm", "edge")
    networking = "networking.istio.io/v1"
    server = {"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": ["*"]}
    route = {"route": [{"destination": {"host": "web.default.svc.cluster.local", "port": {"number": 8080}}}]}
    chosen = {"istio": "ingressgateway"}
    edge = plugin(
        "edge", f"http://{store.host}/edge.wasm", selector={"matchLabels": chosen}, match=[{"mode": "CLIENT"}]
    )
    edge["metadata"]["namespace"] = "istio-system"
    put(
        {"apiVersion": networking, "kind": "Gateway", "metadata": {"name": "edge"}, "spec": {"selector": chosen, "servers": [server]}},
        {"apiVersion": networking, "kind": "VirtualService", "metadata": {"name": "edge"},
         "spec": {"hosts": ["*"], "gateways": ["edge"], "http": [route]}},
        edge,
    )  # fmt: skip

    def entering() -> str:
        try:
            with urllib.request.urlopen(f"{shop.gateway}/", timeout=5) as answer:
                return str(json.loads(answer.read())["headers"].get("x-wasm", ""))
        except OSError:
            return ""

    eventually(lambda: entering() == "edge", 20, "the gateway's module runs")
    assert added(shop) == ""


def test_a_module_for_bytes_sees_connections(shop: Mesh, store: ImageRegistry, put: Any) -> None:
    store.files["/bytes.wasm"] = prepends("seen: ")

    def answer() -> str:
        pod = shop.pods("client")[0]
        return shop.inside(pod, "bash", "-c", "exec 3<>/dev/tcp/web/9000; echo hello >&3; timeout 2 head -1 <&3").stdout

    url = f"http://{store.host}/bytes.wasm"
    ports = [{"mode": "SERVER", "ports": [{"number": 9000}]}]
    assert answer().endswith(" hello\n")
    put(plugin("bytes", url, type="NETWORK", match=ports))
    eventually(lambda: answer().endswith(" seen: hello\n"), 20, "the module changes bytes")
    put(plugin("bytes", f"{url}.none", type="NETWORK", match=ports, failStrategy="FAIL_OPEN"))
    put(plugin("missing", f"{url}.none", type="NETWORK", match=ports))
    eventually(lambda: answer() == "", 20, "a module that has to see it is not there")


def test_a_control_plane_that_starts_anew_has_the_modules(shop: Mesh, store: ImageRegistry, put: Any) -> None:
    store.files["/kept.wasm"] = adds_header("x-wasm", "kept")
    put(plugin("kept", f"http://{store.host}/kept.wasm"))
    eventually(lambda: added(shop) == "kept", 20, "the module runs")
    del store.files["/kept.wasm"]
    asked = len(store.asked)
    journal = sorted((shop.state / "pki" / "modules").glob("*.wasm"))
    assert any(path.read_bytes() == adds_header("x-wasm", "kept") for path in journal)
    shop.deploy("late")
    assert shop.call("late", WEB)[1]["headers"]["x-wasm"] == "kept"
    assert len(store.asked) == asked
