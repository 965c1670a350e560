"""CustomResourceDefinition: a kind beyond Kubernetes' own.

https://kubernetes.io/docs/reference/kubernetes-api/extend-resources/custom-resource-definition-v1/
"""

from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import OpenModel
from lateen.kinds.spec import Column, KindSpec


class CustomResourceDefinition(OpenModel, frozen=True, kw_only=True):
    """Only its name is read; the definitions themselves are large."""

    api_version: str
    kind: str
    metadata: ObjectMeta


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
