"""`lateen install` and what looks at its work."""

from clusters import Mesh


def versions(mesh: Mesh) -> dict[str, str]:
    """The version of every object of the installation."""
    kinds = "deployments,services,configmaps,serviceaccounts,roles,rolebindings,poddisruptionbudgets"
    found = mesh.get(kinds, "-n", "istio-system", "-l", "install.operator.istio.io/owning-resource")["items"]
    found += mesh.get("clusterroles,clusterrolebindings,mutatingwebhookconfigurations,validatingwebhookconfigurations",
                      "-l", "install.operator.istio.io/owning-resource")["items"]  # fmt: skip
    return {f"{raw['kind']}/{raw['metadata']['name']}": raw["metadata"]["generation"] if "generation" in raw["metadata"]
            else raw["metadata"]["resourceVersion"] for raw in found}  # fmt: skip


def test_rows_90_91_a_profile_brings_what_it_says_and_installing_again_changes_nothing(mesh: Mesh) -> None:
    deployments = {raw["metadata"]["name"] for raw in mesh.get("deployments", "-n", "istio-system")["items"]}
    assert {"istiod", "istio-ingressgateway", "istio-egressgateway"} <= deployments
    config = mesh.get("configmap", "-n", "istio-system", "istio")["data"]["mesh"]
    assert "accessLogFile: /dev/stdout" in config
    mesh.install("profile=demo")  # other tests change settings by hand
    before = versions(mesh)
    told = mesh.install("profile=demo")
    assert "✔ Installation complete" in told
    assert versions(mesh) == before


def test_row_38_what_is_missing_is_named(mesh: Mesh) -> None:
    said = ("--set", "profile=demo")
    assert "verified successfully" in mesh.lateen("verify-install", *said)
    mesh.kubectl("delete", "service", "-n", "istio-system", "istio-egressgateway")
    told = mesh.lateen("verify-install", *said, check=False)
    assert "✘ Service istio-system/istio-egressgateway is not there" in told and "verified" not in told
    mesh.install("profile=demo")
    assert "verified successfully" in mesh.lateen("verify-install", *said)


def test_what_an_earlier_installation_had_beyond_is_removed(mesh: Mesh) -> None:
    names = ("components.egressGateways[0].name=second", "components.egressGateways[0].enabled=true")
    mesh.install("profile=demo", *names)
    assert mesh.kubectl("get", "deployment", "-n", "istio-system", "second")
    told = mesh.install("profile=demo")
    assert "- Deployment second removed" in told
    assert not mesh.kubectl("get", "deployment", "-n", "istio-system", "second", "--ignore-not-found")


def test_an_installation_that_does_not_become_ready_says_why(mesh: Mesh) -> None:
    said = (
        "--set",
        "profile=minimal",
        "--set",
        "values.global.tag=nowhere",
        "--set",
        "values.pilot.autoscaleEnabled=false",
    )
    few = ("--set", "values.pilot.resources.requests.memory=1Mi", "--set", "values.global.imagePullPolicy=Never")
    told = mesh.lateen("install", "-y", *said, *few, "--revision", "broken", "--readiness-timeout", "5s", check=False)
    assert "Deployment istio-system/istiod-broken is not ready after 5 s" in told and "ErrImageNeverPull" in told
    assert "objects removed" in mesh.lateen("uninstall", "-y", "--revision", "broken")
    assert not mesh.kubectl("get", "deployment", "-n", "istio-system", "istiod-broken", "--ignore-not-found")
    assert mesh.call().status == 200


def test_what_the_api_server_refuses_is_named(mesh: Mesh) -> None:
    told = mesh.lateen("install", "-y", "--set", "components.ingressGateways[0].name=Not_A_Name",
                       "--set", "components.ingressGateways[0].enabled=true", "--dry-run", check=False)  # fmt: skip
    assert "error: ServiceAccount istio-system/Not_A_Name-service-account" in told


def test_a_cluster_is_checked_before(mesh: Mesh) -> None:
    assert "safe to install or upgrade" in mesh.lateen("x", "precheck")
    config = mesh.get("configmap", "-n", "istio-system", "istio-sidecar-injector")
    mesh.kubectl(
        "label",
        "configmap",
        "-n",
        "istio-system",
        "istio-sidecar-injector",
        "install.operator.istio.io/owning-resource-",
    )
    assert "istio-sidecar-injector is somebody else's" in mesh.lateen("x", "precheck", check=False)
    mesh.install("profile=demo")
    assert mesh.get("configmap", "-n", "istio-system", "istio-sidecar-injector")["data"] == config["data"]
