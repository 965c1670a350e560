"""The webhooks by which an API server asks the control plane: for new pods' proxies, whether configuration is right.

A pod comes to one revision at most: by its namespace's labels, or where they say nothing by its own.
https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy
"""

from collections.abc import Iterator, Sequence

from lateen.inject.decision import IGNORED_NAMESPACES
from lateen.install.parts import REVISION, Installation, Raw, made

_INJECT, _INJECTION, _NAME = "sidecar.istio.io/inject", "istio-injection", "kubernetes.io/metadata.name"
_API = "admissionregistration.k8s.io/v1"
TAG = "istio.io/tag"
_CHECKED = ["networking.istio.io", "security.istio.io", "telemetry.istio.io", "extensions.istio.io"]


def _is(key: str, *values: str) -> Raw:
    return {"key": key, "operator": "In", "values": list(values)}


def _is_not(key: str, *values: str) -> Raw:
    return {"key": key, "operator": "NotIn", "values": list(values)}


def _absent(key: str) -> Raw:
    return {"key": key, "operator": "DoesNotExist"}


_SYSTEM = _is_not(_NAME, *sorted(IGNORED_NAMESPACES))
_WANTED = _is_not(_INJECT, "false")


def injector(installation: Installation, tag: str = "") -> Raw:
    """Return the configuration that gives pods of the revision their proxies; of a `tag`, those that name the tag."""
    name = tag or installation.revision
    by_revision = [
        ("rev.namespace", [_is(REVISION, name), _absent(_INJECTION), _SYSTEM], [_WANTED]),
        ("rev.object", [_absent(REVISION), _absent(_INJECTION), _SYSTEM], [_WANTED, _is(REVISION, name)]),
    ]
    by_injection = [
        ("namespace", [_is(_INJECTION, "enabled"), _SYSTEM], [_WANTED]),
        ("object", [_absent(_INJECTION), _absent(REVISION), _SYSTEM], [_is(_INJECT, "true"), _absent(REVISION)]),
    ]
    default = [
        ("auto", [_absent(_INJECTION), _absent(REVISION), _SYSTEM], [_absent(_INJECT), _absent(REVISION)]),
    ] if installation.values["sidecarInjectorWebhook"]["enableNamespacesByDefault"] else []  # fmt: skip
    hooks = [*by_revision, *((*by_injection, *default) if installation.takes_unnamed(tag) else ())]
    labels = installation.labels("Pilot", app="sidecar-injector", **({TAG: tag} if tag else {}))
    own = (
        f"istio-revision-tag-{tag}" if tag else f"istio-sidecar-injector{installation.suffix}-{installation.namespace}"
    )
    return made(
        _API, "MutatingWebhookConfiguration", own, labels,
        webhooks=[_injecting(installation, *hook) for hook in hooks],
    )  # fmt: skip


def _injecting(installation: Installation, name: str, namespaces: Sequence[Raw], objects: Sequence[Raw]) -> Raw:
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"], "scope": "*"}
    return _hook(installation, f"{name}.sidecar-injector.istio.io", "/inject") | {
        "failurePolicy": "Fail",
        "namespaceSelector": {"matchExpressions": list(namespaces)},
        "objectSelector": {"matchExpressions": list(objects)},
        "reinvocationPolicy": "Never",
        "rules": [rule],
    }


def validator(installation: Installation) -> Raw:
    """Return the configuration by which wrong objects are refused: not before the control plane can be asked.

    Objects of another revision are that one's.
    """
    rule = {"apiGroups": _CHECKED, "apiVersions": ["*"], "operations": ["CREATE", "UPDATE"], "resources": ["*"],
            "scope": "*"}  # fmt: skip
    ours = {"matchExpressions": [_is(REVISION, installation.revision)]}
    hook = _hook(installation, "rev.validation.istio.io", "/validate") | {
        "failurePolicy": installation.policy,
        "objectSelector": ours,
        "rules": [rule],
    }
    others = hook | {"name": "validation.istio.io", "objectSelector": {"matchExpressions": [_absent(REVISION)]}}
    name = f"istio-validator{installation.suffix}-{installation.namespace}"
    hooks = [hook, others] if installation.checks_unnamed else [hook]
    return made(
        _API, "ValidatingWebhookConfiguration", name, installation.labels("Pilot", app="istiod", istio="istiod"),
        webhooks=hooks,
    )  # fmt: skip


def _hook(installation: Installation, name: str, path: str) -> Raw:
    service = {"name": installation.istiod, "namespace": installation.namespace, "path": path, "port": 443}
    return {
        "name": name,
        "admissionReviewVersions": ["v1"],
        "clientConfig": {"service": service},
        "matchPolicy": "Equivalent",
        "sideEffects": "None",
        "timeoutSeconds": 10,
    }


def webhooks(installation: Installation) -> Iterator[Raw]:
    """Yield the revision's configurations, and those of its tags."""
    yield injector(installation)
    yield from (injector(installation, tag) for tag in installation.tags)
    yield validator(installation)
