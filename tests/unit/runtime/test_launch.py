import dataclasses
import os
import sys
from pathlib import Path

import pytest

from lateen.base.clock import FakeClock
from lateen.runtime.images import Images
from lateen.runtime.launch import Launcher
from lateen.runtime.logs import Clerk
from lateen.runtime.machine import Machine
from lateen.runtime.network import PodNetwork

POD = {
    "metadata": {"name": "web-1", "namespace": "shop", "uid": "u"},
    "spec": {
        "containers": [],
        "volumes": [
            {"name": "scratch", "emptyDir": {}},
            {
                "name": "info",
                "downwardAPI": {"items": [{"path": "name", "fieldRef": {"fieldPath": "metadata.name"}}]},
            },
        ],
    },
}


@pytest.fixture
def launcher(tmp_path):
    images, clock = Images(), FakeClock()
    spec = {"images": ["web"], "command": ["python", "serve.py", "--ip=$(IP)"], "directory": "/srv/web"}
    images.put({"metadata": {"name": "web"}, "spec": spec})
    machine = Machine(
        node="local", ip="10.244.0.1", client=None, network=None, sandboxes=None, proxies=None, clock=clock,
        run=tmp_path / "run", logs=tmp_path / "logs", clerk=Clerk(clock), images=images,
    )  # fmt: skip
    return Launcher(machine, POD, PodNetwork("u", "10.244.0.9", Path("/run/netns/x"), "eth0", os.getuid()))


def container(**more):
    ip = {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}
    return {"name": "web", "image": "web", "env": [ip], **more}


async def test_command_sees_the_pods_own_address(launcher):
    spec = await launcher.prepare(container(), 0)
    assert list(spec.argv) == [sys.executable, "serve.py", "--ip=10.244.0.9"]
    assert spec.env["HOSTNAME"] == "web-1"
    assert (spec.cwd, spec.proxy) == ("/srv/web", False)


async def test_log_file_belongs_to_its_writer_alone(launcher, tmp_path):
    spec = await launcher.prepare(container(), 2)
    assert spec.output == tmp_path / "logs" / "shop_web-1_u" / "web" / "2.log"
    assert spec.output.stat().st_mode & 0o777 == 0o600


async def test_volumes_and_the_images_folder_are_mounted(launcher):
    mounts = [
        {"name": "scratch", "mountPath": "/data", "subPath": "part"},
        {"name": "info", "mountPath": "/etc/info"},
    ]
    spec = await launcher.prepare(container(volumeMounts=mounts), 0)
    by_target = {mount.target: mount for mount in spec.mounts}
    assert (by_target["/data"].read_only, by_target["/data"].below) == (False, "part")
    assert by_target["/etc/info"].read_only
    assert (by_target["/etc/info"].source / "name").read_text() == "web-1"
    assert by_target["/srv/web"].source == Path("/srv/web")


async def test_services_are_in_the_environment_and_what_is_written_counts_more(launcher):
    ports = [{"name": "https", "port": 443}]
    found = {"metadata": {"name": "kubernetes"}, "spec": {"clusterIP": "10.96.0.1", "ports": ports}}

    async def services(namespace):
        return [found] if namespace == "default" else []

    launcher._machine = dataclasses.replace(launcher._machine, services=services)
    own = {"name": "KUBERNETES_SERVICE_PORT", "value": "6443"}
    spec = await launcher.prepare(container() | {"env": [own]}, 0)
    assert spec.env["KUBERNETES_SERVICE_HOST"] == "10.96.0.1"
    assert spec.env["KUBERNETES_SERVICE_PORT"] == "6443"
