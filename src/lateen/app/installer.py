"""Put an installation into a cluster, keep nothing of an earlier one that is not wanted, take it away again."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import aiohttp

from lateen.base.clock import Clock
from lateen.base.errors import LateenError
from lateen.install.manifest import Step
from lateen.install.parts import COMPONENT, MANAGED, MANAGER, REVISION, VERSION
from lateen.install.webhooks import TAG
from lateen.sources.api_error import ApiError
from lateen.sources.client import Client
from lateen.sources.dynamic import Dynamic

Raw = dict[str, Any]
Tell = Callable[[str], None]

# What an installation may leave behind, in an order in which it can go: whoever asks first, what runs, what it needs.
KINDS = (
    ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"),
    ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"),
    ("gateway.networking.k8s.io/v1", "GatewayClass"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("policy/v1", "PodDisruptionBudget"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "DaemonSet"),
    ("v1", "Service"),
    ("v1", "ConfigMap"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
    ("rbac.authorization.k8s.io/v1", "Role"),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
    ("rbac.authorization.k8s.io/v1", "ClusterRole"),
    ("v1", "ServiceAccount"),
)
_DEFINITION, _DEPLOYMENT = "CustomResourceDefinition", ("apps/v1", "Deployment")
_LOOK = 0.25
_TRIES = 40
# A namespace without labels, so that the pod's own count.
_TRIED = "/api/v1/namespaces/istio-system/pods"


class Installer:
    """Works on one cluster; `tell` hears each line of progress."""

    def __init__(self, client: Client, clock: Clock, tell: Tell) -> None:
        self._objects, self._clock, self._tell = Dynamic(client), clock, tell

    async def install(self, steps: Iterable[Step], seconds: float, *, dry_run: bool = False) -> list[Raw]:
        """Apply step by step, and wait for each step's Deployments for up to `seconds`; returns what was applied.

        Raises LateenError that says what is not ready and why.
        """
        applied: list[Raw] = []
        for step in steps:
            for raw in step.objects:
                await self._apply(raw, dry_run)
            applied += step.objects
            if not dry_run:
                await self._established(step.objects)
                await self._callable(step.objects)
            if step.ready and not dry_run:
                await self._ready(step, seconds)
            self._tell(f"✔ {step.title} installed")
        return applied

    async def prune(self, wanted: Sequence[Raw], suffix: str) -> int:
        """Remove what an earlier installation of the same revision had and this one has not; returns how much."""
        keep = {_identity(raw) for raw in wanted}
        found = await self.owned(f"{MANAGED}=lateen{suffix}")
        spare = [raw for raw in found if _identity(raw) not in keep]
        await self.remove(spare)
        for raw in spare:
            self._tell(f"- {raw['kind']} {raw['metadata']['name']} removed")
        return len(spare)

    async def owned(self, selector: str = MANAGED) -> list[Raw]:
        """List what installations have put into the cluster, by their labels."""
        listed = [await self._objects.selected(*kind, selector) for kind in KINDS]
        return [raw for one in listed for raw in one]

    async def of_revision(self, suffix: str) -> list[Raw]:
        """List what goes with a revision: its gateways stay while another control plane can configure them."""
        found = await self.owned(f"{MANAGED}=lateen{suffix}")
        others = await self._objects.selected(*_DEPLOYMENT, f"{COMPONENT}=Pilot")
        alone = all(raw["metadata"]["labels"].get(MANAGED) == f"lateen{suffix}" for raw in others)
        return found if alone else [raw for raw in found if not _is_of_gateway(raw)]

    async def installed(self, revision: str) -> str:
        """Return the version of a revision's control plane; "" where there is none."""
        found = await self._objects.selected(*_DEPLOYMENT, f"{COMPONENT}=Pilot,{REVISION}={revision}")
        return next((str(raw["metadata"]["labels"].get(VERSION, "")) for raw in found), "")

    async def remove(self, objects: Iterable[Raw]) -> int:
        """Delete objects, kind by kind: those that ask first, then what runs, which would write again what it needs.

        Returns how many there were. Waits until they are gone.
        """
        order = {kind: number for number, (_, kind) in enumerate(KINDS)}
        todo = sorted(objects, key=lambda raw: order.get(raw["kind"], len(order)))
        count = 0
        for _, kind in groupby(todo, key=lambda raw: raw["kind"]):
            gone = [raw for raw in kind if await self._objects.delete(raw)]
            for raw in gone:
                await self._until_gone(raw)
            count += len(gone)
        return count

    async def missing(self, objects: Iterable[Raw]) -> list[str]:
        """Say what of an installation is not there, or there and not ready."""
        wrong = []
        for raw in objects:
            found = await self._found(raw)
            if found is None:
                wrong.append(f"{raw['kind']} {_name(raw)} is not there")
            elif raw["kind"] in ("Deployment", "DaemonSet") and not _is_ready(found):
                wrong.append(f"{raw['kind']} {_name(raw)} is not ready: {await self._why(found)}")
        return wrong

    async def _found(self, raw: Raw) -> Raw | None:
        try:
            return await self._objects.find(raw)
        except LateenError:
            return None

    async def _apply(self, raw: Raw, dry_run: bool) -> None:
        """Apply one; a definition or a namespace that was made a moment ago may not be known everywhere yet."""
        if raw["kind"] == "ValidatingWebhookConfiguration":
            raw = _as_strict(raw, await self._objects.find(raw))
        for attempt in range(_TRIES):
            try:
                await self._objects.apply(raw, MANAGER, dry_run=dry_run)
                return
            except ApiError as error:
                if dry_run and error.code == 404:
                    return  # its namespace is not there yet, for nothing is
                if error.code not in (404, 409, 500, 503) or attempt == _TRIES - 1:
                    fix = "kubectl auth can-i --list shows what you may do" if error.code == 403 else ""
                    raise LateenError(f"{raw['kind']} {_name(raw)}: {error}", fix) from error
            await self._clock.sleep(_LOOK)

    async def _established(self, objects: Iterable[Raw]) -> None:
        """Wait until definitions are in force."""
        for raw in objects:
            if raw["kind"] == _DEFINITION:
                for _ in range(_TRIES):
                    found = await self._objects.find(raw) or {}
                    if _condition(found, "Established") == "True":
                        break
                    await self._clock.sleep(_LOOK)

    async def _callable(self, objects: Iterable[Raw]) -> None:
        """Wait until webhooks can be called: pods that come before would be refused."""
        for raw in objects:
            for _ in range(_TRIES if "webhooks" in raw else 0):
                found = await self._objects.find(raw) or {}
                known = all((hook.get("clientConfig") or {}).get("caBundle") for hook in found.get("webhooks") or ())
                if known and not await self._unanswered(raw):
                    break
                await self._clock.sleep(_LOOK)

    async def _unanswered(self, raw: Raw) -> bool:
        """Try a pod that an injector is asked about, and make none: the way may not be there on every node yet."""
        if raw["kind"] != "MutatingWebhookConfiguration":
            return False
        labels = raw["metadata"]["labels"]
        pod = tried_pod(labels.get(TAG) or labels[REVISION])
        try:
            await self._objects.client.request("POST", _TRIED, query={"dryRun": "All"}, body=pod)
        except ApiError as error:
            return "failed calling webhook" in str(error)
        return False

    async def _ready(self, step: Step, seconds: float) -> None:
        waiting = [raw for raw in step.objects if raw["kind"] in ("Deployment", "DaemonSet")]
        deadline = self._clock.monotonic() + seconds
        while waiting:
            raw = waiting[0]
            found = await self._patient(raw)
            if found is not None and _is_ready(found):
                waiting.pop(0)
            elif self._clock.monotonic() > deadline:
                why = await self._why(found) if found else "it is gone"
                raise LateenError(
                    f"{raw['kind']} {_name(raw)} is not ready after {seconds:g} s: {why}",
                    f"kubectl -n {raw['metadata'].get('namespace')} describe pods shows more",
                )
            else:
                await self._clock.sleep(_LOOK)

    async def _patient(self, raw: Raw) -> Raw | None:
        try:
            return await self._objects.find(raw)
        except (TimeoutError, aiohttp.ClientError, OSError):
            return None

    async def _until_gone(self, raw: Raw) -> None:
        for _ in range(_TRIES * 4):
            if await self._found(raw) is None:
                return
            await self._clock.sleep(_LOOK)

    async def _why(self, found: Mapping[str, Any]) -> str:
        """What keeps the pods of a workload from being ready, in the words of the kubelet and the scheduler."""
        labels = found["spec"]["selector"]["matchLabels"]
        selector = ",".join(f"{name}={value}" for name, value in labels.items())
        namespace = found["metadata"]["namespace"]
        path = f"/api/v1/namespaces/{namespace}/pods"
        pods = (await self._objects.client.request("GET", path, query={"labelSelector": selector}))["items"]
        said = dict.fromkeys(text for pod in pods for text in pod_troubles(pod))
        if not pods:
            return _message(found, "ReplicaFailure") or "it has no pods"
        return "; ".join(said) or "its pods are starting"


def tried_pod(name: str) -> Raw:
    """Return a pod that asks for a proxy of a revision, or of a tag."""
    labels = {REVISION: name, "sidecar.istio.io/inject": "true"}
    spec = {"containers": [{"name": "tried", "image": "tried", "resources": {}}]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"generateName": "lateen-tried-", "labels": labels},
        "spec": spec,
    }


def pod_troubles(pod: Mapping[str, Any]) -> Iterable[str]:
    """Yield why a pod is not ready: what its containers wait for, how they ended, or why it is on no node."""
    status = pod.get("status") or {}
    for one in (*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())):
        state = one.get("state") or {}
        told = state.get("waiting") or state.get("terminated") or {}
        if told.get("reason") not in (None, "PodInitializing", "Completed", "ContainerCreating"):
            yield f"container {one['name']}: {told['reason']} {told.get('message') or ''}".strip()
    if text := _message(status | {"status": status}, "PodScheduled"):
        yield text


def _message(found: Mapping[str, Any], kind: str) -> str:
    conditions = (found.get("status") or {}).get("conditions") or ()
    bad = "True" if kind == "ReplicaFailure" else "False"
    return next((str(one.get("message", "")) for one in conditions if one["type"] == kind and one["status"] == bad), "")


def _condition(found: Mapping[str, Any], kind: str) -> str:
    conditions = (found.get("status") or {}).get("conditions") or ()
    return next((str(one["status"]) for one in conditions if one["type"] == kind), "")


def _is_ready(found: Mapping[str, Any]) -> bool:
    status, spec = found.get("status") or {}, found["spec"]
    if status.get("observedGeneration", 0) < found["metadata"].get("generation", 0):
        return False
    if found["kind"] == "DaemonSet":
        return bool(status.get("numberReady", 0) >= status.get("desiredNumberScheduled", 1))
    wanted = spec.get("replicas", 1)
    return bool(status.get("updatedReplicas", 0) >= wanted and status.get("availableReplicas", 0) >= wanted)


def _as_strict(raw: Raw, live: Raw | None) -> Raw:
    """The configuration with the failure policies that the control plane has given it: it can be asked already."""
    policies = {hook["name"]: hook.get("failurePolicy") for hook in (live or {}).get("webhooks") or ()}
    hooks = [hook | {"failurePolicy": policies.get(hook["name"], hook["failurePolicy"])} for hook in raw["webhooks"]]
    return raw | {"webhooks": hooks}


def _is_of_gateway(raw: Mapping[str, Any]) -> bool:
    return str(raw["metadata"]["labels"].get(COMPONENT, "")).endswith("Gateways")


def _identity(raw: Mapping[str, Any]) -> tuple[str, str, str]:
    return raw["kind"], raw["metadata"].get("namespace", ""), raw["metadata"]["name"]


def _name(raw: Mapping[str, Any]) -> str:
    return "/".join(part for part in (raw["metadata"].get("namespace"), raw["metadata"]["name"]) if part)
