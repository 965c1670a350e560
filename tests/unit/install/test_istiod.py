import json

import yaml

from lateen.inject.installation import installation_settings
from lateen.install.istiod import control_plane
from lateen.install.parts import Installation
from lateen.install.settings import settings


def made(*values):
    return {
        (raw["kind"], raw["metadata"]["name"]): raw for raw in control_plane(Installation(settings(values=values), "1"))
    }


def test_names_ports_and_labels_are_where_tools_look():
    found = made()
    ports = {port["name"]: port["port"] for port in found["Service", "istiod"]["spec"]["ports"]}
    assert ports == {"https-dns": 15012, "https-token": 15013, "https-webhook": 443, "http-monitoring": 15014}
    assert found["Deployment", "istiod"]["spec"]["selector"]["matchLabels"] == {"app": "istiod", "istio": "pilot"}
    assert ("HorizontalPodAutoscaler", "istiod") in found and ("PodDisruptionBudget", "istiod") in found


def test_its_pod_passes_the_restricted_level():
    spec = made()["Deployment", "istiod"]["spec"]["template"]["spec"]
    context = spec["containers"][0]["securityContext"]
    assert (
        context["runAsNonRoot"]
        and context["capabilities"] == {"drop": ["ALL"]}
        and not context["allowPrivilegeEscalation"]
    )
    assert context["seccompProfile"] == {"type": "RuntimeDefault"} and context["readOnlyRootFilesystem"]


def test_the_meshs_settings_lead_proxies_to_this_revision():
    found = made("revision=r", "meshConfig.accessLogFile=/dev/stdout")
    mesh = yaml.safe_load(found["ConfigMap", "istio-r"]["data"]["mesh"])
    assert mesh["defaultConfig"]["discoveryAddress"] == "istiod-r.istio-system.svc:15012"
    assert mesh["accessLogFile"] == "/dev/stdout"
    assert found["Deployment", "istiod-r"]["spec"]["selector"]["matchLabels"] == {"app": "istiod", "istio.io/rev": "r"}


def test_injection_reads_what_is_written_for_it():
    found = made("hub=h", "tag=t", "values.global.imagePullPolicy=Never")
    values = json.loads(found["ConfigMap", "istio-sidecar-injector"]["data"]["values"])
    read = installation_settings(values, {})
    assert (read.image, read.pull_policy, read.capture) == ("h/proxyv2:t", "Never", "init")


def test_without_an_autoscaler_the_replicas_are_said():
    found = made("values.pilot.autoscaleEnabled=false", "values.pilot.replicaCount=2", "values.pilot.env.A=b")
    deployment = found["Deployment", "istiod"]["spec"]
    assert deployment["replicas"] == 2 and ("HorizontalPodAutoscaler", "istiod") not in found
    assert {"name": "A", "value": "b"} in deployment["template"]["spec"]["containers"][0]["env"]
    assert "replicas" not in made()["Deployment", "istiod"]["spec"]
