import copy
import json

import pytest

from lateen.base.errors import Invalid
from lateen.inject.pod import inject

NAMESPACE = {"metadata": {"name": "shop", "labels": {"istio-injection": "enabled"}}}
POD = {
    "metadata": {"name": "web", "labels": {"app": "web", "version": "v1"}},
    "spec": {"containers": [{"name": "web", "image": "web:1", "ports": [{"containerPort": 80}]}]},
}


def test_injected_pod_carries_istios_labels_and_status():
    injected = inject(POD, NAMESPACE)
    labels, annotations = injected["metadata"]["labels"], injected["metadata"]["annotations"]
    assert labels["security.istio.io/tlsMode"] == "istio"
    assert labels["service.istio.io/canonical-name"] == "web"
    assert labels["service.istio.io/canonical-revision"] == "v1"
    status = json.loads(annotations["sidecar.istio.io/status"])
    assert status["initContainers"] == ["istio-proxy"]
    assert status["revision"] == annotations["istio.io/rev"] == "default"
    assert annotations["kubectl.kubernetes.io/default-container"] == "web"


def test_the_given_pod_stays_as_it_was():
    before = copy.deepcopy(POD)
    inject(POD, NAMESPACE)
    assert before == POD


def test_injection_is_not_repeated():
    injected = inject(POD, NAMESPACE)
    assert inject(injected, NAMESPACE) is None


def test_what_the_user_said_of_itself_stays():
    pod = copy.deepcopy(POD)
    pod["metadata"]["labels"]["security.istio.io/tlsMode"] = "disabled"
    pod["metadata"]["annotations"] = {"prometheus.io/port": "9100"}
    injected = inject(pod, NAMESPACE)
    assert injected["metadata"]["labels"]["security.istio.io/tlsMode"] == "disabled"
    assert injected["metadata"]["annotations"]["prometheus.io/port"] == "9100"
    assert "prometheus.io/scrape" not in injected["metadata"]["annotations"]


def test_bad_annotation_is_refused_at_admission():
    pod = copy.deepcopy(POD)
    pod["metadata"]["annotations"] = {"traffic.sidecar.istio.io/excludeInboundPorts": "many"}
    with pytest.raises(Invalid, match="excludeInboundPorts"):
        inject(pod, NAMESPACE)


def test_gateway_has_no_mesh_tls_mode():
    pod = {
        "metadata": {"name": "gw", "annotations": {"inject.istio.io/templates": "gateway"}},
        "spec": {"containers": [{"name": "istio-proxy", "image": "auto"}]},
    }
    injected = inject(pod, NAMESPACE)
    assert "security.istio.io/tlsMode" not in injected["metadata"]["labels"]
    assert injected["spec"]["containers"][0]["args"][:2] == ["proxy", "router"]
    assert "initContainers" not in injected["spec"]
