"""Turn a container of a pod's spec into a process of its sandbox: command, environment, mounts, log file."""

import asyncio
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from lateen.base.refs import Key
from lateen.runtime.environment import environment, expand
from lateen.runtime.images import SEARCH_PATH
from lateen.runtime.logs import log_file, log_folder
from lateen.runtime.machine import Json, Machine
from lateen.runtime.network import PodNetwork, apply_rules
from lateen.runtime.pod_tokens import PodTokens
from lateen.runtime.proxy import AGENT_VOLUMES, is_proxy
from lateen.runtime.sandbox import PROXY_UID, ContainerSpec, Mount
from lateen.runtime.service_environment import visible_services
from lateen.runtime.volumes import Volumes, writable


class Launcher:
    """Prepares the containers of one pod whose network stands."""

    def __init__(self, machine: Machine, pod: Mapping[str, Any], network: PodNetwork) -> None:
        self._machine = machine
        self._network = network
        addresses = {"podIP": network.ip, "podIPs": [{"ip": network.ip}], "hostIP": machine.ip}
        self._pod: Json = {**pod, "status": {**(pod.get("status") or {}), **addresses}}
        namespace, uid = pod["metadata"]["namespace"], pod["metadata"]["uid"]
        self._folder = machine.folder(uid)
        self.volumes = Volumes(
            self._folder / "volumes",
            lambda kind, name: machine.lookup(kind, Key(namespace, name)),
            PodTokens(lambda audience, seconds: machine.token(self._pod, audience, seconds), machine.clock),
        )

    async def prepare(self, container: Mapping[str, Any], run: int) -> ContainerSpec:
        """Everything for the container's run number `run`. Raises LateenError: what is missing."""
        if is_proxy(container):
            return await self._proxy(container, run)
        launch = self._machine.images.launch(container)
        base = {"HOSTNAME": self._pod["metadata"]["name"], "HOME": "/tmp", **launch.env, **await self._services()}
        env = await environment(container, self._pod, self.volumes.lookup, base)
        mounts = await self._mounts(container, ())
        if launch.directory:
            mounts.append(Mount(Path(launch.directory), launch.directory))
        return ContainerSpec(
            argv=[expand(argument, env) for argument in launch.argv],
            env=env,
            cwd=launch.cwd,
            mounts=mounts,
            output=self._log(container["name"], run, self._network.uid),
        )

    async def _proxy(self, container: Mapping[str, Any], run: int) -> ContainerSpec:
        base = {"PATH": SEARCH_PATH, "HOME": "/tmp", **await self._services()}
        env = await environment(container, self._pod, self.volumes.lookup, base)
        launch = await self._machine.proxies.prepare(self._pod, container, env, self._folder, self._network.path)
        if launch.capture:
            await asyncio.to_thread(apply_rules, self._network.path, launch.capture)
        mounts = await self._mounts(container, AGENT_VOLUMES)
        mounts += [Mount(source, target) for source, target in launch.mounts.items()]
        return ContainerSpec(
            argv=launch.argv,
            env=launch.env,
            proxy=True,
            mounts=mounts,
            output=self._log(container["name"], run, PROXY_UID),
        )

    async def _services(self) -> dict[str, str]:
        return await visible_services(self._pod, self._machine.services)

    async def _mounts(self, container: Mapping[str, Any], without: Iterable[str]) -> list[Mount]:
        """The container's volume mounts; outer paths come before those inside them."""
        mounts = []
        for mount in sorted(container.get("volumeMounts") or (), key=lambda mount: str(mount["mountPath"])):
            if mount["name"] in without:
                continue
            source = await self.volumes.make(self._pod, mount["name"])
            part = mount.get("subPath") or ""
            if not writable(self._pod, mount["name"]):
                mounts.append(Mount((source / part).resolve(), mount["mountPath"]))
            else:
                mounts.append(Mount(source, mount["mountPath"], bool(mount.get("readOnly")), part))
        return mounts

    def _log(self, container: str, run: int, owner: int) -> Path:
        """The run's log file. Its writer owns it, so that it may open /dev/stdout too."""
        metadata = self._pod["metadata"]
        folder = log_folder(self._machine.logs, metadata["namespace"], metadata["name"], metadata["uid"])
        path = log_file(folder, container, run)
        self._machine.clerk.begin(path)
        path.touch(mode=0o600)
        os.chown(path, owner, owner)
        return path
