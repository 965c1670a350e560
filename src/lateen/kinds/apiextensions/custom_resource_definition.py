"""CustomResourceDefinition: a kind beyond Kubernetes' own.

https://kubernetes.io/docs/reference/kubernetes-api/extend-resources/custom-resource-definition-v1/
"""

from collections.abc import Mapping
from typing import Any

from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import OpenModel
from lateen.kinds.spec import Column, KindSpec


class CustomResourceDefinition(OpenModel, frozen=True, kw_only=True):
    """Only its name is read; what it defines is large, and free in form here."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: Mapping[str, Any] = {}
    status: Mapping[str, Any] = {}


SPEC = KindSpec(
    group="apiextensions.k8s.io",
    kind="CustomResourceDefinition",
    plural="customresourcedefinitions",
    versions=("v1",),
    namespaced=False,
    short_names=("crd", "crds"),
    categories=("api-extensions",),
    model=CustomResourceDefinition,
    open=True,
    read_only="this API server serves a fixed set of kinds",
    columns=(Column("Created At", ".metadata.creationTimestamp"),),
)
