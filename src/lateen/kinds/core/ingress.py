"""Ingress: HTTP from outside to services, by host and path; and IngressClass: which controller an Ingress is for.

https://kubernetes.io/docs/reference/kubernetes-api/service-resources/ingress-v1/
"""

from collections.abc import Iterator, Mapping
from typing import Any

from lateen.base.errors import Fault
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import OpenModel
from lateen.kinds.spec import AGE, Column, KindSpec

_TYPES = ("Exact", "Prefix", "ImplementationSpecific")


class ServiceBackendPort(OpenModel, frozen=True, kw_only=True):
    """A port by name or by number."""

    name: str = ""
    number: int = 0


class IngressServiceBackend(OpenModel, frozen=True, kw_only=True):
    """A service of the Ingress's namespace."""

    name: str
    port: ServiceBackendPort = ServiceBackendPort()


class IngressBackend(OpenModel, frozen=True, kw_only=True):
    """`resource` is some other object, which no mesh sends to."""

    service: IngressServiceBackend | None = None
    resource: Mapping[str, Any] | None = None


class HTTPIngressPath(OpenModel, frozen=True, kw_only=True):
    """`path` "" = every path."""

    path: str = ""
    path_type: str = "ImplementationSpecific"
    backend: IngressBackend


class HTTPIngressRuleValue(OpenModel, frozen=True, kw_only=True):
    """The paths of a host."""

    paths: tuple[HTTPIngressPath, ...] = ()


class IngressRule(OpenModel, frozen=True, kw_only=True):
    """`host` "" = every host."""

    host: str = ""
    http: HTTPIngressRuleValue | None = None


class IngressTLS(OpenModel, frozen=True, kw_only=True):
    """`hosts` () = every host."""

    hosts: tuple[str, ...] = ()
    secret_name: str = ""


class IngressSpec(OpenModel, frozen=True, kw_only=True):
    """`default_backend`: for requests that no rule takes."""

    ingress_class_name: str = ""
    default_backend: IngressBackend | None = None
    tls: tuple[IngressTLS, ...] = ()
    rules: tuple[IngressRule, ...] = ()


class Ingress(OpenModel, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: IngressSpec = IngressSpec()


class IngressClassSpec(OpenModel, frozen=True, kw_only=True):
    """`controller`: a domain and a path."""

    controller: str = ""


class IngressClass(OpenModel, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: IngressClassSpec = IngressClassSpec()


def validate(found: Ingress) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    spec = found.spec
    if not spec.rules and spec.default_backend is None:
        yield Fault("spec", "either defaultBackend or rules must be specified")
    for index, rule in enumerate(spec.rules):
        for position, path in enumerate(rule.http.paths if rule.http else ()):
            yield from _path_faults(f"spec.rules[{index}].http.paths[{position}]", path)


def _path_faults(place: str, path: HTTPIngressPath) -> Iterator[Fault]:
    if path.path_type not in _TYPES:
        yield Fault(f"{place}.pathType", f'"{path.path_type}" is none of {", ".join(_TYPES)}')
    elif path.path_type != "ImplementationSpecific" and not path.path.startswith("/"):
        yield Fault(f"{place}.path", "must be an absolute path")
    if (path.backend.service is None) == (path.backend.resource is None):
        yield Fault(f"{place}.backend", "needs one of service and resource")


def _hosts(raw: Mapping[str, Any]) -> str:
    rules = (raw.get("spec") or {}).get("rules") or ()
    return ",".join(rule.get("host") or "*" for rule in rules) or "*"


def _ports(raw: Mapping[str, Any]) -> str:
    return "80, 443" if (raw.get("spec") or {}).get("tls") else "80"


SPEC = KindSpec(
    group="networking.k8s.io",
    kind="Ingress",
    plural="ingresses",
    versions=("v1",),
    short_names=("ing",),
    model=Ingress,
    validate=validate,
    open=True,
    reads=("spec",),
    columns=(
        Column("Class", ".spec.ingressClassName"),
        Column("Hosts", cell=_hosts),
        Column("Address", ".status.loadBalancer.ingress[*].ip"),
        Column("Ports", cell=_ports),
        AGE,
    ),
)

CLASS_SPEC = KindSpec(
    group="networking.k8s.io",
    kind="IngressClass",
    plural="ingressclasses",
    versions=("v1",),
    namespaced=False,
    model=IngressClass,
    open=True,
    reads=("spec",),
    columns=(Column("Controller", ".spec.controller"), AGE),
)
