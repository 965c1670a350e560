"""ClusterRoleBinding: grants a ClusterRole everywhere."""

from collections.abc import Iterator

from lateen.base.errors import Fault
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import OpenModel
from lateen.kinds.rbac.binding import COLUMNS, RoleRef, Subject, binding_faults
from lateen.kinds.rbac.role import GROUP
from lateen.kinds.spec import KindSpec


class ClusterRoleBinding(OpenModel, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    role_ref: RoleRef
    subjects: tuple[Subject, ...] = ()


def validate(binding: ClusterRoleBinding) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    yield from binding_faults(binding.role_ref, binding.subjects, namespaced=False)


SPEC = KindSpec(
    group=GROUP,
    kind="ClusterRoleBinding",
    plural="clusterrolebindings",
    versions=("v1",),
    namespaced=False,
    model=ClusterRoleBinding,
    validate=validate,
    open=True,
    free_names=True,
    columns=COLUMNS,
)
