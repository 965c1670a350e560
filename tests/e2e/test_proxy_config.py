"""How proxies start is said by ProxyConfigs, for the mesh, a namespace, some workloads."""

from pathlib import Path
from typing import Any

from mesh import Mesh


def config(name: str, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "networking.istio.io/v1beta1",
        "kind": "ProxyConfig",
        "metadata": {"name": name},
        "spec": spec,
    }


def proxy(mesh: Mesh, app: str) -> tuple[dict[str, Any], list[str]]:
    """The container of an application's proxy, and its Envoy's command line."""
    pod = mesh.pods(app)[0]
    (container,) = (each for each in pod["spec"]["initContainers"] if each["name"] == "istio-proxy")
    network = Path(f"/proc/{mesh.app_pid(pod)}/ns/net").readlink()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "comm").read_text().startswith("envoy") and (process / "ns/net").readlink() == network:
                return container, (process / "cmdline").read_text().split("\0")
        except OSError:
            continue
    raise AssertionError(f"no Envoy beside {app}")


def concurrency(arguments: list[str]) -> str:
    return arguments[arguments.index("--concurrency") + 1] if "--concurrency" in arguments else ""


def test_the_most_particular_proxy_config_counts_for_new_pods(mesh: Mesh) -> None:
    mesh.deploy("before")
    mesh.apply(config("mesh", environmentVariables={"A": "mesh", "B": "mesh"}, concurrency=3), namespace="istio-system")
    mesh.apply(
        config("all", environmentVariables={"B": "namespace"}, image={"imageType": "debug"}),
        config("some", selector={"matchLabels": {"app": "narrow"}}, concurrency=2),
    )
    annotation = "concurrency: 5\nproxyMetadata: {B: pod, C: pod}"
    mesh.deploy("wide", annotations={"proxy.istio.io/config": annotation})
    mesh.deploy("narrow")
    container, arguments = proxy(mesh, "wide")
    env = {each["name"]: each.get("value") for each in container["env"]}
    assert (env["A"], env["B"], env["C"]) == ("mesh", "namespace", "pod")
    assert concurrency(arguments) == "3" and container["image"].endswith("-debug")
    assert concurrency(proxy(mesh, "narrow")[1]) == "2"
    container, arguments = proxy(mesh, "before")
    assert concurrency(arguments) == "1" and not container["image"].endswith("-debug")
