import copy

import pytest

from lateen.base.errors import Invalid
from lateen.inject.probes import rewrite, wanted

HTTP = {"httpGet": {"port": "web", "path": "/ok"}, "periodSeconds": 3, "timeoutSeconds": 2}
SPEC = {
    "containers": [
        {
            "name": "app",
            "ports": [{"name": "web", "containerPort": 8080}],
            "readinessProbe": HTTP,
            "livenessProbe": {"exec": {"command": ["true"]}},
            "startupProbe": {"grpc": {"port": 9000}},
            "lifecycle": {"preStop": {"httpGet": {"port": 91}}, "postStart": {"tcpSocket": {"port": 93}}},
        },
        {"name": "istio-proxy", "readinessProbe": {"httpGet": {"port": 15021}}},
    ],
    "initContainers": [
        {"name": "once", "livenessProbe": {"tcpSocket": {"port": 1}}},
        {"name": "beside", "restartPolicy": "Always", "readinessProbe": {"tcpSocket": {"port": 5}}},
    ],
}


def test_probes_go_to_the_agent_which_knows_what_to_ask():
    spec = copy.deepcopy(SPEC)
    asked = rewrite(spec, "istio-proxy")
    assert asked == {
        "/app-health/app/readyz": {"httpGet": {"port": 8080, "path": "/ok"}, "timeoutSeconds": 2},
        "/app-health/app/startupz": {"grpc": {"port": 9000}},
        "/app-lifecycle/app/prestopz": {"httpGet": {"port": 91}},
        "/app-lifecycle/app/poststartz": {"tcpSocket": {"port": 93}},
        "/app-health/beside/readyz": {"tcpSocket": {"port": 5}},
    }
    app = spec["containers"][0]
    moved = {"httpGet": {"path": "/app-health/app/readyz", "port": 15020}, "periodSeconds": 3, "timeoutSeconds": 2}
    assert app["readinessProbe"] == moved
    assert app["livenessProbe"] == {"exec": {"command": ["true"]}}
    assert spec["initContainers"][0] == SPEC["initContainers"][0]


def test_the_proxys_own_probe_and_ports_stay():
    spec = copy.deepcopy(SPEC)
    spec["containers"][0] = {"name": "app", "readinessProbe": {"httpGet": {"port": 15021}}}
    rewrite(spec, "istio-proxy")
    assert (
        spec["containers"][0]["readinessProbe"]
        == spec["containers"][1]["readinessProbe"]
        == {"httpGet": {"port": 15021}}
    )


def test_a_port_that_no_name_leads_to_is_refused():
    spec = {"containers": [{"name": "app", "readinessProbe": {"tcpSocket": {"port": "nowhere"}}}]}
    with pytest.raises(Invalid, match="nowhere"):
        rewrite(spec, "istio-proxy")


@pytest.mark.parametrize(
    ("said", "default", "result"),
    [(None, True, True), (None, False, False), ("false", True, False), ("true", False, True)],
)
def test_a_pod_may_say_whether_it_wants_that(said, default, result):
    annotations = {} if said is None else {"sidecar.istio.io/rewriteAppHTTPProbers": said}
    assert wanted(annotations, default) is result
