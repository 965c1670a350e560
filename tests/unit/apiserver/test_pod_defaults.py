from apiservers import pod

from lateen.apiserver.pod_defaults import default_pod_spec, qos_class


def test_what_kubernetes_fills_in_is_filled_in() -> None:
    spec = default_pod_spec(pod("a")["spec"])
    assert (spec["restartPolicy"], spec["dnsPolicy"], spec["terminationGracePeriodSeconds"]) == (
        "Always",
        "ClusterFirst",
        30,
    )
    container = spec["containers"][0]
    assert container["imagePullPolicy"] == "IfNotPresent" and container["ports"] == [
        {"containerPort": 8080, "protocol": "TCP"}
    ]


def test_what_is_set_stays_and_filling_in_twice_changes_nothing() -> None:
    spec = pod("a")["spec"] | {"restartPolicy": "Never", "terminationGracePeriodSeconds": 0, "serviceAccountName": "x"}
    once = default_pod_spec(spec)
    assert (
        once["restartPolicy"] == "Never"
        and once["terminationGracePeriodSeconds"] == 0
        and once["serviceAccount"] == "x"
    )
    assert default_pod_spec(once) == once


def test_probes_variables_and_volumes() -> None:
    container = {
        "name": "c",
        "image": "c",
        "readinessProbe": {"httpGet": {"port": 80}},
        "env": [{"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}],
    }
    token = {"serviceAccountToken": {"path": "token", "audience": "a"}}
    volumes = [
        {"name": "e"},
        {"name": "s", "secret": {"secretName": "s"}},
        {"name": "t", "projected": {"sources": [token]}},
    ]
    spec = default_pod_spec({"containers": [container], "volumes": volumes})
    filled = spec["containers"][0]
    assert filled["imagePullPolicy"] == "Always"
    assert filled["readinessProbe"]["httpGet"] == {"port": 80, "path": "/", "scheme": "HTTP"}
    assert filled["readinessProbe"]["failureThreshold"] == 3
    assert filled["env"][0]["valueFrom"]["fieldRef"]["apiVersion"] == "v1"
    assert spec["volumes"][0] == {"name": "e", "emptyDir": {}} and spec["volumes"][1]["secret"]["defaultMode"] == 420
    assert spec["volumes"][2]["projected"]["sources"][0]["serviceAccountToken"]["expirationSeconds"] == 3600


def test_quality_of_service_follows_resources() -> None:
    def spec(**resources: object) -> dict[str, object]:
        return {"containers": [{"resources": resources}]}

    full = {"cpu": "1", "memory": "1Gi"}
    assert qos_class(spec()) == "BestEffort"
    assert qos_class(spec(limits=full)) == "Guaranteed"
    assert qos_class(spec(limits=full, requests=full | {"cpu": "500m"})) == "Burstable"
    assert qos_class(spec(requests={"cpu": "1"})) == "Burstable"
