"""Write a pod's status from the states of its containers, as the Kubernetes API describes it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lateen.base.clock import rfc3339

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not running: not yet, or not again before a delay is over."""

    reason: str = "PodInitializing"
    message: str = ""

    def json(self) -> Json:
        return {"waiting": {"reason": self.reason} | ({"message": self.message} if self.message else {})}


@dataclass(frozen=True, slots=True)
class Running:
    """Running since `started` (seconds since the epoch)."""

    started: float

    def json(self) -> Json:
        return {"running": {"startedAt": rfc3339(self.started)}}


@dataclass(frozen=True, slots=True)
class Terminated:
    """Ended with `code` (128 + signal when a signal ended it)."""

    code: int
    started: float
    finished: float

    @property
    def reason(self) -> str:
        return "Completed" if self.code == 0 else "Error"

    def json(self) -> Json:
        times = {"startedAt": rfc3339(self.started), "finishedAt": rfc3339(self.finished)}
        return {"terminated": {"exitCode": self.code, "reason": self.reason, **times}}


State = Waiting | Running | Terminated


@dataclass(slots=True)
class ContainerStatus:
    """What is known of one container. `done`: it ended and will not be started again."""

    name: str
    image: str
    state: State = field(default_factory=Waiting)
    last: State | None = None
    restarts: int = 0
    started: bool = False
    ready: bool = False
    done: bool = False

    @property
    def succeeded(self) -> bool:
        return self.done and isinstance(self.state, Terminated) and self.state.code == 0

    def json(self) -> Json:
        return {
            "name": self.name,
            "image": self.image,
            "imageID": self.image,
            "restartCount": self.restarts,
            "ready": self.ready,
            "started": self.started,
            "state": self.state.json(),
            "lastState": self.last.json() if self.last else {},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PodState:
    """Everything that a pod's status says.

    `sidecars` are the init containers that stay; `init_order` names inits and sidecars as the spec orders
    them; `ip` is "" until the sandbox stands.
    """

    inits: Sequence[ContainerStatus]
    sidecars: Sequence[ContainerStatus]
    apps: Sequence[ContainerStatus]
    init_order: Sequence[str]
    ip: str = ""
    host_ip: str = ""
    start: float = 0.0

    @property
    def initialized(self) -> bool:
        return all(item.succeeded for item in self.inits) and all(item.started for item in self.sidecars)


def phase(state: PodState) -> str:
    """Pending, Running, Succeeded or Failed."""
    if any(item.done and not item.succeeded for item in state.inits):
        return "Failed"
    if all(item.done for item in state.apps):
        return "Succeeded" if all(item.succeeded for item in state.apps) else "Failed"
    begun = [isinstance(item.state, Running | Terminated) or item.restarts > 0 for item in state.apps]
    return "Running" if state.initialized and all(begun) else "Pending"


def pod_status(state: PodState, before: Mapping[str, Any], now: float) -> Json:
    """The status object; conditions that did not turn keep the transition time they have in `before`."""
    inits = {item.name: item.json() for item in (*state.inits, *state.sidecars)}
    status: Json = {
        "phase": phase(state),
        "conditions": _conditions(state, before.get("conditions") or (), now),
        "containerStatuses": [item.json() for item in state.apps],
        "hostIP": state.host_ip,
        "hostIPs": [{"ip": state.host_ip}],
        "qosClass": "BestEffort",
        "startTime": rfc3339(state.start),
    }
    if inits:
        status["initContainerStatuses"] = [inits[name] for name in state.init_order]
    if state.ip:
        status |= {"podIP": state.ip, "podIPs": [{"ip": state.ip}]}
    return status


def _conditions(state: PodState, before: Iterable[Mapping[str, Any]], now: float) -> list[Json]:
    finished = phase(state) in ("Succeeded", "Failed")
    unready = [item.name for item in (*state.sidecars, *state.apps) if not item.ready]
    reason, message = "", ""
    if finished:
        reason = "PodCompleted"
    elif unready:
        reason, message = "ContainersNotReady", f"containers with unready status: [{' '.join(unready)}]"
    uninitialized = [item.name for item in state.inits if not item.succeeded]
    uninitialized += [item.name for item in state.sidecars if not item.started]
    not_initialized = f"containers with incomplete status: [{' '.join(uninitialized)}]"
    ready = ("True", "", "") if not reason else ("False", reason, message)
    initialized = ("True", "", "") if state.initialized else ("False", "ContainersNotInitialized", not_initialized)
    wanted = {
        "PodScheduled": ("True", "", ""),
        "PodReadyToStartContainers": ("True" if state.ip else "False", "", ""),
        "Initialized": initialized,
        "ContainersReady": ready,
        "Ready": ready,
    }
    old = {item["type"]: item for item in before}
    return [_condition(name, *values, old.get(name), now) for name, values in wanted.items()]


def _condition(name: str, status: str, reason: str, message: str, before: Mapping[str, Any] | None, now: float) -> Json:
    turned = before is None or before["status"] != status or "lastTransitionTime" not in before
    condition: Json = {"type": name, "status": status}
    condition["lastTransitionTime"] = rfc3339(now) if turned or before is None else before["lastTransitionTime"]
    if reason:
        condition["reason"] = reason
    if message:
        condition["message"] = message
    return condition
