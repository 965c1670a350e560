import pytest

from lateen.base.errors import Invalid
from lateen.inject.container import proxy_container
from lateen.inject.settings import InjectSettings
from lateen.inject.templates import gateway, sidecar, template_of

SETTINGS = InjectSettings()


def proxy():
    return proxy_container("image", [], [], {}, SETTINGS)


def test_sidecar_is_the_first_init_container_and_stays():
    spec = {"containers": [{"name": "web"}], "initContainers": [{"name": "migrate"}]}
    sidecar(spec, proxy(), {}, SETTINGS)
    assert [container["name"] for container in spec["initContainers"]] == ["istio-proxy", "migrate"]
    assert spec["initContainers"][0]["restartPolicy"] == "Always"
    assert [container["name"] for container in spec["containers"]] == ["web"]


def test_native_sidecar_can_be_declined():
    spec = {"containers": [{"name": "web"}]}
    sidecar(spec, proxy(), {"sidecar.istio.io/nativeSidecar": "false"}, SETTINGS)
    assert [container["name"] for container in spec["containers"]] == ["web", "istio-proxy"]
    assert "initContainers" not in spec


def test_the_users_own_proxy_container_overrides_the_template():
    own = {"name": "istio-proxy", "image": "auto", "securityContext": {"runAsUser": 1234}}
    spec = {"containers": [{"name": "web"}, own]}
    sidecar(spec, proxy(), {}, SETTINGS)
    assert [container["name"] for container in spec["containers"]] == ["web"]
    assert spec["initContainers"][0]["image"] == "image"
    assert spec["initContainers"][0]["securityContext"]["runAsUser"] == 1234


def test_user_volumes_are_mounted_into_the_proxy():
    spec = {"containers": [{"name": "web"}]}
    annotations = {
        "sidecar.istio.io/userVolume": '{"certs": {"secret": {"secretName": "certs"}}}',
        "sidecar.istio.io/userVolumeMount": '{"certs": {"mountPath": "/etc/certs", "readOnly": true}}',
    }
    sidecar(spec, proxy(), annotations, SETTINGS)
    mounts = {mount["name"]: mount for mount in spec["initContainers"][0]["volumeMounts"]}
    assert mounts["certs"]["mountPath"] == "/etc/certs"
    assert {"name": "certs", "secret": {"secretName": "certs"}} in spec["volumes"]


@pytest.mark.parametrize("text", ["[]", "{"])
def test_user_volumes_that_are_no_object_are_refused(text):
    with pytest.raises(Invalid, match="userVolume"):
        sidecar({"containers": []}, proxy(), {"sidecar.istio.io/userVolume": text}, SETTINGS)


def test_gateway_takes_the_place_of_its_auto_container():
    spec = {"containers": [{"name": "istio-proxy", "image": "auto", "ports": [{"containerPort": 8080}]}]}
    gateway(spec, proxy(), {}, SETTINGS)
    (container,) = spec["containers"]
    assert container["image"] == "image"
    assert [port["containerPort"] for port in container["ports"]] == [15090, 8080]
    assert spec["securityContext"]["sysctls"][0]["name"] == "net.ipv4.ip_unprivileged_port_start"


def test_unknown_template_is_refused():
    with pytest.raises(Invalid, match="gateway, sidecar"):
        template_of({"inject.istio.io/templates": "grpc-agent"})
