"""Namespace: where names are unique and injection is switched on."""

from typing import Any

from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import OpenModel
from lateen.kinds.spec import AGE, Column, KindSpec


class NamespaceSpec(OpenModel, frozen=True, kw_only=True):
    """What must be done before it is gone."""

    finalizers: tuple[str, ...] = ()


class NamespaceStatus(OpenModel, frozen=True, kw_only=True):
    """`phase`: Active or Terminating."""

    phase: str = ""
    conditions: tuple[Any, ...] = ()


class Namespace(OpenModel, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: NamespaceSpec = NamespaceSpec()
    status: NamespaceStatus = NamespaceStatus()


SPEC = KindSpec(
    group="",
    kind="Namespace",
    plural="namespaces",
    versions=("v1",),
    namespaced=False,
    short_names=("ns",),
    model=Namespace,
    open=True,
    reads=("status.phase",),
    columns=(Column("Status", ".status.phase"), AGE),
)
