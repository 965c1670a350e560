"""One conformance case of the Gateway API on the stage: its manifests, its assertions, its requests, in their order.

The corpus tells assertions and requests apart; actions (patch, delete) stand among the assertions. Requests come before
the first action, unless their name says `after`.
"""

import json
import time
from collections.abc import Iterator
from itertools import takewhile
from typing import Any

from gateway_assertions import ASSERTIONS, first
from gateway_certificates import issue
from gateway_requests import asked, body, fault, shares
from gateway_stage import CLIENT, DEADLINE, Stage, key_of, name_of, spec_of
from mesh import eventually

Raw = dict[str, Any]
ACTIONS = ("patch", "delete", "Applier.MustApplyObjectsWithCleanup")
IN_A_ROW = 3
SAMPLES = 500
MOST_REPEATS = 1000
_SHARED = "gateway-conformance-infra"
_KINDS = {"tcproute": "TCPRoute", "udproute": "UDPRoute"}


def play(stage: Stage, case: Raw) -> None:
    """Raises AssertionError with what does not hold; leaves the stage as it was."""
    case = json.loads(json.dumps(case).replace("=UUID", f"={time.monotonic_ns()}"))
    objects = [one for path in case["manifests"] for one in stage.read(path)]
    objects.sort(key=lambda one: one["kind"] != "Namespace")
    made = _Case(stage, case, objects)
    try:
        for one in objects:
            stage.run(stage.api.put(one))
        made.play()
    finally:
        made.clean()


class _Case:
    def __init__(self, stage: Stage, case: Raw, objects: list[Raw]) -> None:
        self.stage, self.case, self.objects = stage, case, objects

    def play(self) -> None:
        status, traffic = self.case["status"], self.case["traffic"]
        later = [one for one in traffic if " after " in one.get("name", "")]
        before = list(takewhile(lambda entry: entry["assert"] not in ("patch", "delete"), status))
        self._settle(before)
        self._ask([one for one in traffic if one not in later])
        self._settle(status[len(before) :])
        self._ask(later)

    def clean(self) -> None:
        """Delete what was made, and wait until the gateways that are shared have no routes."""
        for one in reversed(self.objects):
            self.stage.run(self.stage.api.remove(one["kind"], name_of(one)))
        for gateway in ("same-namespace", "backend-namespaces", "all-namespaces"):
            self.stage.until(ASSERTIONS["GatewayMustHaveZeroRoutes"], {"gwName": f"{_SHARED}/{gateway}"})

    def _settle(self, entries: list[Raw]) -> None:
        for index, entry in enumerate(entries):
            if entry["assert"] in ACTIONS:
                self._act(entry, entries[index + 1 :])
            else:
                self.stage.until(ASSERTIONS[entry["assert"]], self._whole(entry))

    def _whole(self, entry: Raw) -> Raw:
        """Name the object that the recording leaves out: the case's only one."""
        if entry["assert"] == "BackendTLSPolicyMustHaveLatestConditions" and "policyNN" not in entry:
            return entry | {"policyNN": next(name_of(one) for one in self.objects if one["kind"] == "BackendTLSPolicy")}
        return entry

    def _act(self, entry: Raw, following: list[Raw]) -> None:
        if entry["assert"] == "delete":
            self.stage.run(self.stage.api.remove(entry["kind"], entry["obj"]["metadata"]))
        elif entry["assert"] == "patch":
            self._patch(entry["kind"], entry["obj"], following)
        else:
            for resource in entry["resources"]:
                made = _created(self.case["name"], resource, following)
                if made["kind"] in _KINDS.values():
                    # It is to be younger than the others, whose age is known in seconds.
                    now = int(time.time())
                    eventually(lambda now=now: time.time() >= now + 1, 2)
                self.objects.append(made)
                self.stage.run(self.stage.api.put(made))

    def _patch(self, kind: str, obj: Raw, following: list[Raw]) -> None:
        api = self.stage.api
        if kind == "ConfigMap":
            name, patch = f"{obj['namespace']}/{obj['name']}", {"data": _authority(following)}
        else:
            name = obj["metadata"] if isinstance(obj["metadata"], str) else obj["metadata"]["name"]
            patch = {"spec": _said(obj.get("spec") or {})}
        if kind == "Gateway":
            now = self.stage.run(api.get(kind, name))["spec"]["listeners"]
            patch = {"spec": {"listeners": _listeners(now, patch["spec"].get("listeners") or [], following)}}
        self.stage.run(api.merge(kind, name, patch))

    def _ask(self, entries: list[Raw]) -> None:
        special = {"weighted-distribution", "mirrored-request-seen"}
        self._rounds([one for one in entries if one["type"] not in special and "repeat" not in one])
        for index, entry in enumerate(entries):
            if entry["type"] == "weighted-distribution":
                self._weigh(entries[index - 1], entry["expectedWeights"])
            elif entry["type"] == "mirrored-request-seen":
                self._mirrored(entry)
            elif "repeat" in entry:
                self._repeated(entry)

    def _rounds(self, entries: list[Raw]) -> None:
        """Ask until each entry has been answered as expected some times in a row."""
        waiting = dict.fromkeys(range(len(entries)), 0)
        deadline = time.monotonic() + DEADLINE
        while waiting:
            reasons = self._round([entries[index] for index in waiting])
            for index, reason in zip(list(waiting), reasons, strict=True):
                waiting[index] = 0 if reason else waiting[index] + 1
                if waiting[index] == IN_A_ROW:
                    del waiting[index]
            late = time.monotonic() > deadline
            assert not (late and any(reasons)), _told(entries, waiting, reasons)

    def _round(self, entries: list[Raw]) -> list[str]:
        found: dict[int, str] = {}
        for where, group in _by_pod(entries).items():
            requests = [self._request(entries[index]) for index in group]
            answers = self.stage.client({"namespace": where[0], "selector": where[1]}).ask(requests)
            for index, request, answer in zip(group, requests, answers, strict=True):
                found[index] = fault(entries[index], request, answer, self.stage.certificates)
        return [found[index] for index in range(len(entries))]

    def _request(self, entry: Raw) -> Raw:
        if entry["type"] == "mesh-http":
            host, _, port = entry["expected"]["request"].get("host", "echo").partition(":")
            return asked(entry, host or self._pod_ip(entry), int(port or 80), self.stage.certificates)
        gateway, listeners, port = _via(entry.get("via") or entry["address"])
        address, own = self.stage.address(gateway, listeners)
        return asked(entry, address, port or own, self.stage.certificates)

    def _pod_ip(self, entry: Raw) -> str:
        """The recording leaves the address of a pod out: it is that of the backend."""
        app, _, version = entry["expected"]["backend"].partition("-")
        pods = self.stage.run(self.stage.api.list("Pod", entry["fromPod"]["namespace"], f"app={app},version={version}"))
        return str(pods[0]["status"]["podIP"])

    def _weigh(self, entry: Raw, weights: dict[str, float]) -> None:
        request = self._request(entry)

        def look() -> str:
            answers = self.stage.client(entry.get("fromPod") or CLIENT).ask([request] * SAMPLES)
            found = shares(answers, weights)
            off = {
                name: found[name]
                for name, share in weights.items()
                if abs(found[name] - share) > 0.07 or (not share and found[name])
            }
            return f"shares {off}, not {weights}" if off or sum(found.values()) < 1 else ""

        _until(look)

    def _mirrored(self, entry: Raw) -> None:
        path = entry["path"]
        for name in entry["mirrorPods"]:
            _until(lambda name=name: "" if self._seen(name, path) else f"{name} saw no copy of {path}")

    def _repeated(self, entry: Raw) -> None:
        """All of many answers are as expected, and the right part of the requests was copied."""
        repeat, request = min(entry["repeat"], MOST_REPEATS), self._request(entry)
        answers = self.stage.client(CLIENT).ask([request] * repeat)
        reasons = [fault(entry, request, answer, self.stage.certificates) for answer in answers]
        assert not any(reasons), f"{sum(map(bool, reasons))} of {repeat} answers: {first(reasons)}"
        for copy in entry.get("expected", {}).get("mirroredTo") or ():
            name, wanted = f"{copy['namespace']}/{copy['name']}", copy["percent"] / 100

            def look(name: str = name, wanted: float = wanted) -> str:
                share = self._seen(name, request["path"]) / repeat
                return "" if abs(share - wanted) < 0.05 else f"{share:.0%} were copied, not {wanted:.0%}"

            _until(look)

    def _seen(self, name: str, path: str) -> int:
        """How many requests for a path the pods of a deployment have seen."""
        key = key_of(name)
        pods = self.stage.run(self.stage.api.list("Pod", key.namespace, f"app={key.name}"))
        paths = [f"/api/v1/namespaces/{key.namespace}/pods/{pod['metadata']['name']}/log" for pod in pods]
        texts = [self.stage.run(self.stage.api.client.request("GET", one)) for one in paths]
        return sum(str(text).count(f"echo {path}\n") for text in texts)


def _by_pod(entries: list[Raw]) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = {}
    for index, entry in enumerate(entries):
        where = entry.get("fromPod") or CLIENT
        found.setdefault((where["namespace"], where["selector"]), []).append(index)
    return found


def _told(entries: list[Raw], waiting: dict[int, int], reasons: list[str]) -> str:
    index, reason = next((index, reason) for index, reason in zip(waiting, reasons, strict=False) if reason)
    return f"{entries[index].get('name') or entries[index]['type']}: {reason}"


def _via(text: str) -> tuple[str, list[str], int]:
    """Read `${address of gateway ns/name listener [a b]}:443`."""
    inside, _, port = text.removeprefix("${address of gateway ").partition("}")
    gateway, _, names = inside.partition(" listener ")
    return gateway, names.strip("[]").split(), int(port.lstrip(":") or 0)


def _until(look: Any) -> None:
    deadline = time.monotonic() + DEADLINE
    while reason := look():
        assert time.monotonic() < deadline, reason


def _said(value: Any) -> Any:
    """A patch without what the recording left empty."""
    if isinstance(value, dict):
        kept = {name: _said(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if one != ""}
    return value


def _authority(following: list[Raw]) -> Raw:
    """The recording leaves a file's content out: whether it was a certificate shows in what is expected next."""
    good = next(_expected(following), "True") == "True"
    text = issue("reconciled", authority=True).certificate_pem if good else "no certificate"
    return {"ca.crt": text}


def _expected(following: list[Raw]) -> Iterator[str]:
    yield from (entry["condition"]["status"] for entry in following if "condition" in entry)


def _listeners(now: list[Raw], added: list[Raw], following: list[Raw]) -> list[Raw]:
    if added:
        return [*now, *added]
    wanted = next(entry["listeners"] for entry in following if "listeners" in entry)
    return [one for one in now if one["name"] in {each["name"] for each in wanted}]


def _created(case: str, resource: Raw, following: list[Raw]) -> Raw:
    """An object as the recording has it: its kind is what the case is about."""
    if "data" in resource:
        meta = {"name": resource["name"], "namespace": resource["namespace"]}
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": _authority(following)}
    kind = next(kind for prefix, kind in _KINDS.items() if case.lower().startswith(prefix))
    namespace, _, name = resource["metadata"].partition("/")
    version = spec_of(kind).api_versions[0]
    return {
        "apiVersion": version,
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace},
        "spec": resource["spec"],
    }


__all__ = ["body", "first", "play"]
