"""What both kinds of binding are made of: subjects, and the role that they get."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from lateen.base.errors import Fault
from lateen.kinds.model import OpenModel
from lateen.kinds.rbac.role import GROUP
from lateen.kinds.spec import AGE, Column

# What `kubectl get` prints of a binding.
COLUMNS = (
    Column("Role", cell=lambda raw: "{kind}/{name}".format(**{"kind": "", "name": "", **(raw.get("roleRef") or {})})),
    AGE,
)


class RoleRef(OpenModel, frozen=True, kw_only=True):
    """The role that is granted."""

    kind: Literal["Role", "ClusterRole"]
    name: str
    api_group: str = GROUP


class Subject(OpenModel, frozen=True, kw_only=True):
    """Who gets it. `namespace` is a service account's."""

    kind: Literal["User", "Group", "ServiceAccount"]
    name: str
    namespace: str = ""
    api_group: str | None = None


def binding_faults(role: RoleRef, subjects: tuple[Subject, ...], *, namespaced: bool) -> Iterator[Fault]:
    """Yield what is wrong with a binding. Source: Kubernetes' validation of bindings."""
    if role.api_group != GROUP:
        yield Fault("roleRef.apiGroup", f'Unsupported value: "{role.api_group}": supported values: "{GROUP}"')
    if not namespaced and role.kind != "ClusterRole":
        yield Fault("roleRef.kind", f'Unsupported value: "{role.kind}": supported values: "ClusterRole"')
    if not role.name:
        yield Fault("roleRef.name", "Required value")
    for index, subject in enumerate(subjects):
        yield from _subject_faults(f"subjects[{index}]", subject)


def _subject_faults(path: str, subject: Subject) -> Iterator[Fault]:
    if not subject.name:
        yield Fault(f"{path}.name", "Required value")
    account = subject.kind == "ServiceAccount"
    if account and not subject.namespace:
        yield Fault(f"{path}.namespace", "Required value", "the namespace of the service account")
    expected = "" if account else GROUP
    if subject.api_group not in (None, expected):
        yield Fault(f"{path}.apiGroup", f'Unsupported value: "{subject.api_group}": supported values: "{expected}"')


def subjects_of(raw: Mapping[str, Any], kind: str) -> str:
    """The names of a binding's subjects of one kind, as a wide table shows them."""
    found = [subject for subject in raw.get("subjects") or () if subject.get("kind") == kind]
    return ", ".join(_named(subject) for subject in found)


def _named(subject: Mapping[str, Any]) -> str:
    return f"{subject['namespace']}/{subject['name']}" if subject.get("namespace") else str(subject["name"])
