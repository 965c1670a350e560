"""ServiceAccount: the identity that pods run as."""

from typing import Any

from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import OpenModel
from lateen.kinds.spec import AGE, Column, KindSpec


class ServiceAccount(OpenModel, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    secrets: tuple[Any, ...] = ()
    image_pull_secrets: tuple[Any, ...] = ()
    automount_service_account_token: bool | None = None


SPEC = KindSpec(
    group="",
    kind="ServiceAccount",
    plural="serviceaccounts",
    versions=("v1",),
    short_names=("sa",),
    model=ServiceAccount,
    open=True,
    reads=("imagePullSecrets",),
    columns=(Column("Secrets", cell=lambda raw: str(len(raw.get("secrets") or ())), type="integer"), AGE),
)
