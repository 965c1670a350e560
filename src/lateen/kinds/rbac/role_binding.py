"""RoleBinding: grants a role within one namespace."""

from collections.abc import Iterator

from lateen.base.errors import Fault
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import OpenModel
from lateen.kinds.rbac.binding import COLUMNS, RoleRef, Subject, binding_faults
from lateen.kinds.rbac.role import GROUP
from lateen.kinds.spec import KindSpec


class RoleBinding(OpenModel, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    role_ref: RoleRef
    subjects: tuple[Subject, ...] = ()


def validate(binding: RoleBinding) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    yield from binding_faults(binding.role_ref, binding.subjects, namespaced=True)


SPEC = KindSpec(
    group=GROUP,
    kind="RoleBinding",
    plural="rolebindings",
    versions=("v1",),
    model=RoleBinding,
    validate=validate,
    open=True,
    free_names=True,
    columns=COLUMNS,
)
