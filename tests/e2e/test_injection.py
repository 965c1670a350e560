"""Who gets a sidecar, and when (row 41)."""

from pathlib import Path

from mesh import Mesh, eventually


def has_proxy(pod: dict) -> bool:  # type: ignore[type-arg]
    return "istio-proxy" in {each["name"] for each in pod["spec"]["containers"] + pod["spec"].get("initContainers", [])}


def test_row_41_a_label_counts_for_new_pods_and_a_restart_makes_them_new(mesh: Mesh) -> None:
    mesh.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "payments"}})
    mesh.deploy("api", namespace="payments")
    old = mesh.pods("api", "payments")[0]
    assert not has_proxy(old)
    mesh.apply(
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": "payments", "labels": {"istio-injection": "enabled"}},
        }
    )
    assert mesh.pods("api", "payments")[0]["metadata"]["uid"] == old["metadata"]["uid"]
    assert injected(mesh) == [["✘", "✔"]], "row 84: what is, and what would be after a restart"
    mesh.kubectl("rollout", "restart", "deployment", "-n", "payments")
    eventually(lambda: [has_proxy(pod) for pod in mesh.pods("api", "payments")] == [True], 40, "a new pod with a proxy")
    mesh.wait_ready("api", "payments")
    assert injected(mesh) == [["✔", "✔"]]


def injected(mesh: Mesh) -> list[list[str]]:
    """What `x check-inject` says of each pod of the namespace."""
    said = mesh.lateen("x", "check-inject", "-n", "payments").stdout.splitlines()
    assert said[0].split() == ["NAME", "INJECTED", "NEW", "PODS", "REASON"]
    return [line.split()[1:3] for line in said[1:]]


def test_row_41_the_revision_label_works_alike(mesh: Mesh) -> None:
    mesh.apply(
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": "revised", "labels": {"istio.io/rev": "default"}},
        }
    )
    mesh.deploy("api", namespace="revised")
    assert has_proxy(mesh.pods("api", "revised")[0])


def test_a_pod_may_decline(mesh: Mesh) -> None:
    mesh.deploy("plain", inject=False)
    assert not has_proxy(mesh.pods("plain")[0])


def test_applications_run_unprivileged_and_see_nothing_of_the_mesh(mesh: Mesh) -> None:
    mesh.deploy("app")
    pod = mesh.pods("app")[0]
    process = mesh.app_pid(pod)
    facts = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
    assert int(facts["Uid"].split()[0]) not in (0, 1337)
    assert int(facts["CapEff"], 16) == int(facts["CapBnd"], 16) == 0
    assert facts["NoNewPrivs"].strip() == "1"
    assert mesh.inside(pod, "/bin/ls", "/proc/1").returncode != 0, "other users' processes are hidden"
    for hidden in (mesh.state, mesh.run_folder, "/root/.ssh", "/var/run/secrets/workload-spiffe-uds"):
        assert mesh.inside(pod, "/bin/ls", str(hidden)).returncode != 0, hidden
