"""The verbs of the API over storage: read, create, update, apply and delete objects by all the rules."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from lateen.apiserver.admission import Admission, Attempt, Guard, Operation, Stored
from lateen.apiserver.apply import apply
from lateen.apiserver.defaults import fill_in, first_status
from lateen.apiserver.deletion import DeleteOptions, finished, marked
from lateen.apiserver.fields import fields_of
from lateen.apiserver.immutable import frozen_faults
from lateen.apiserver.metadata import born, continued, key_of, metadata_causes, placed
from lateen.apiserver.ownership import Manager, Owner, owned_part, record, record_update
from lateen.apiserver.shapes import shape_of
from lateen.apiserver.status import Refusal, already_exists, bad_request, conflict, forbidden, invalid, not_found
from lateen.apiserver.storage import Storage
from lateen.apiserver.user import User
from lateen.apiserver.validation import FieldValidation, refused, validate
from lateen.apiserver.versions import has_status, same_wish
from lateen.base.clock import Clock, SystemClock, rfc3339
from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.kinds.all import by_kind
from lateen.kinds.spec import KindSpec

Raw = dict[str, Any]
Edit = Callable[[Raw], Raw]


class Write(NamedTuple):
    """How a write is meant. `api_version`: the one the writer speaks; `warnings` are added to.

    `user`: who is held to what they may do; None: the API server itself.
    """

    manager: str
    api_version: str
    dry_run: bool = False
    fields: FieldValidation = "Ignore"
    warnings: list[str] | None = None
    user: User | None = None


class Objects:
    """All objects of all kinds, in stored form. A method that raises Refusal has changed nothing."""

    def __init__(
        self,
        storage: Storage,
        admissions: Sequence[Admission] = (),
        *,
        guards: Sequence[Guard] = (),
        clock: Clock | None = None,
    ) -> None:
        self.storage = storage
        self._admissions = tuple(admissions)
        self._guards = tuple(guards)
        self.clock = clock or SystemClock()

    def find(self, kind: KindSpec, key: Key) -> Raw | None:
        """The object as it stands, or None."""
        body = self.storage.get(kind.resource, key)
        return None if body is None else msgspec.json.decode(body)

    def _listed(self, kind: KindSpec, namespace: str) -> list[Raw]:
        return [msgspec.json.decode(body) for _, body in self.storage.objects(kind.resource, namespace)]

    def get(self, kind: KindSpec, key: Key) -> Raw:
        """The object as it stands; Refusal 404 when there is none."""
        raw = self.find(kind, key)
        if raw is None:
            raise not_found(kind.group, kind.plural, key.name)
        return raw

    def create(self, kind: KindSpec, namespace: str, raw: Raw, write: Write) -> Raw:
        """Store a new object; 409 when the name is taken."""
        raw = placed(kind, namespace, raw)
        key = key_of(kind, raw)
        self._validate(kind, raw, write)
        raw = self._admitted("CREATE", kind, fill_in(kind, born(kind, raw, self.clock.now())))
        if self.storage.get(kind.resource, key) is not None:
            raise already_exists(kind.group, kind.plural, key.name)
        if has_status(kind):
            status = first_status(kind, raw)
            raw = {name: value for name, value in raw.items() if name != "status"}
            raw |= {"status": status} if status else {}
        raw = self._guarded(write, kind, None, raw)
        owned = record_update(None, raw, self._manager(write, "Update"), shape_of(kind.group, kind.kind))
        return self._begin(kind, key, owned, write)

    def _begin(self, kind: KindSpec, key: Key, raw: Raw, write: Write) -> Raw:
        stored = self._put(kind, key, raw, write)
        if kind.kind == "Namespace" and not write.dry_run:
            self._furnish(key.name)
        return stored

    def _furnish(self, namespace: str) -> None:
        """Every namespace has the service account `default` from the start: its first pod may come next."""
        raw = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}
        self.create(by_kind("ServiceAccount"), namespace, raw, Write("kube-controller-manager", "v1"))

    def update(self, kind: KindSpec, key: Key, edit: Edit, write: Write) -> Raw:
        """Store what `edit` makes of the object; 404 when there is none, 409 when `edit` expects another version."""
        before = self.get(kind, key)
        after = self._edited(kind, before, placed(kind, key.namespace, edit(before)), write)
        if _equal(before, after, managed=bool(after["metadata"].get("managedFields"))):
            return before
        owned = record_update(before, after, self._manager(write, "Update"), shape_of(kind.group, kind.kind))
        return self._put(kind, key, owned, write)

    def update_status(self, kind: KindSpec, key: Key, edit: Edit, write: Write) -> Raw:
        """Store the status, and nothing else, of what `edit` makes of the object."""
        before = self.get(kind, key)
        edited = continued(kind, before, placed(kind, key.namespace, edit(before)))
        edited = self._guarded(write, kind, before, edited, "status")
        after = {name: value for name, value in before.items() if name != "status"}
        after |= {"status": edited["status"]} if "status" in edited else {}
        if _equal(before, after):
            return before
        self._validate(kind, after, write)
        manager = self._manager(write, "Update", "status")
        return self._put(kind, key, record_update(before, after, manager, shape_of(kind.group, kind.kind)), write)

    def apply_status(self, kind: KindSpec, key: Key, config: Raw, write: Write, *, force: bool = False) -> Raw:
        """Apply a status on the server, and nothing else; 404 where there is no such object to have one."""
        before, shape = self.get(kind, key), shape_of(kind.group, kind.kind)
        wanted, there = (config.get("metadata") or {}).get("uid"), before["metadata"]["uid"]
        if wanted and wanted != there:
            raise conflict(kind.group, kind.plural, key.name, f"Precondition failed: UID {wanted}, in object: {there}")
        manager = self._manager(write, "Apply", "status")
        part: Raw = {name: value for name, value in config.items() if name in ("apiVersion", "kind", "status")}
        merged = apply(before, part, manager, shape, force=force)
        after = {name: value for name, value in before.items() if name != "status"}
        after |= {name: merged[name] for name in ("metadata", "status") if name in merged}
        if _equal(before, after, managed=True):
            return before
        self._validate(kind, after, write)
        return self._put(kind, key, after, write)

    def apply(self, kind: KindSpec, key: Key, config: Raw, write: Write, *, force: bool = False) -> tuple[Raw, bool]:
        """Apply on the server; returns the object and whether it was created. 409 when another owns a field."""
        if (config.get("metadata") or {}).get("managedFields"):
            raise bad_request("metadata.managedFields must be nil")
        shape, before = shape_of(kind.group, kind.kind), self.find(kind, key)
        config = placed(kind, key.namespace, config | {"metadata": _named(config, key)})
        config.pop("status", None)
        manager = self._manager(write, "Apply")
        if before is None:
            created = self.create(kind, key.namespace, config, write._replace(dry_run=True))
            owner = Owner(manager, fields_of(owned_part(config), shape))
            return self._begin(kind, key, record(created, [owner]), write), True
        expected = config["metadata"].get("resourceVersion")
        _check_uid(kind, before, config)
        merged = apply(before, config, manager, shape, force=force)
        owners = merged["metadata"].get("managedFields")
        merged["metadata"] = {k: v for k, v in merged["metadata"].items() if k != "resourceVersion"}
        merged["metadata"] |= {"resourceVersion": expected} if expected else {}
        after = self._edited(kind, before, merged, write)
        after["metadata"]["managedFields"] = owners
        return (before if _equal(before, after, managed=True) else self._put(kind, key, after, write)), False

    def delete(self, kind: KindSpec, key: Key, options: DeleteOptions, *, dry_run: bool = False) -> tuple[Raw, bool]:
        """Delete, or begin to; returns the object and whether it is gone."""
        before = self.get(kind, key)
        meta = before["metadata"]
        for field, wanted in (("uid", options.uid), ("resourceVersion", options.version)):
            if wanted and meta[field] != wanted:
                why = f"Precondition failed: {field} in precondition: {wanted}, in object meta: {meta[field]}"
                raise conflict(kind.group, kind.plural, key.name, why)
        self._admit("DELETE", kind, before)
        after = marked(kind, before, options, self.clock.now())
        if after is None:
            return (before if dry_run else self.storage.delete(kind.resource, key, before)), True
        if after != before and not dry_run:
            after = self.storage.put(kind.resource, key, after)
        return after, False

    def _edited(self, kind: KindSpec, before: Raw, after: Raw, write: Write) -> Raw:
        """Everything that happens to an object between the writer's hand and storage, when there is one already."""
        self._validate(kind, after, write)
        if has_status(kind):
            after = {name: value for name, value in after.items() if name != "status"}
            after |= {"status": before["status"]} if "status" in before else {}
        after = fill_in(kind, after)
        if not same_wish(before, after) or before["metadata"].get("labels") != after["metadata"].get("labels"):
            after = self._admitted("UPDATE", kind, after)
        after = continued(kind, before, after)
        if faults := list(frozen_faults(kind, before, after)):
            raise refused(kind, after, faults)
        _check_finalizers(kind, before, after)
        return self._guarded(write, kind, before, after)

    def _guarded(self, write: Write, kind: KindSpec, before: Raw | None, raw: Raw, subresource: str = "") -> Raw:
        if write.user is not None:
            for guard in self._guards:
                raw = guard(Attempt(write.user, kind, before, raw, subresource))
        return raw

    def _admitted(self, operation: Operation, kind: KindSpec, raw: Raw) -> Raw:
        after = self._admit(operation, kind, raw)
        if after is raw:
            return raw
        after = fill_in(kind, after)
        validate(kind, after)
        return after

    def _admit(self, operation: Operation, kind: KindSpec, raw: Raw) -> Raw:
        for admission in self._admissions:
            try:
                raw = admission(operation, kind, raw, Stored(self.find, self._listed))
            except Refusal:
                raise
            except LateenError as error:
                name = raw["metadata"].get("name", "")
                raise forbidden(kind.group, kind.plural, name, str(error)) from error
        return raw

    def _validate(self, kind: KindSpec, raw: Raw, write: Write) -> None:
        if causes := metadata_causes(raw):
            raise invalid(kind.group, kind.kind, str(raw["metadata"].get("name", "")), causes)
        warnings = validate(kind, raw, write.fields)
        if write.warnings is not None:
            write.warnings.extend(warnings)

    def _put(self, kind: KindSpec, key: Key, raw: Raw, write: Write) -> Raw:
        if write.dry_run:
            return raw
        if finished(raw):
            return self.storage.delete(kind.resource, key, raw)
        return self.storage.put(kind.resource, key, raw)

    def _manager(self, write: Write, operation: str, subresource: str = "") -> Manager:
        now = rfc3339(self.clock.now())
        return Manager(write.manager, operation, write.api_version, subresource, now)


def _named(config: Raw, key: Key) -> Raw:
    meta: Raw = config.get("metadata") or {}
    return meta if meta.get("name") else meta | {"name": key.name}


def _equal(before: Raw, after: Raw, *, managed: bool = False) -> bool:
    """Say whether nothing changed that is worth a write; when a field changed hands did it (if `managed`)."""
    if _bare(before) != _bare(after):
        return False
    return not managed or _ownership(before) == _ownership(after)


def _bare(raw: Raw) -> Raw:
    ignored = ("managedFields", "resourceVersion")
    return raw | {"metadata": {k: v for k, v in raw["metadata"].items() if k not in ignored}}


def _ownership(raw: Raw) -> list[Raw]:
    entries = raw["metadata"].get("managedFields") or ()
    return [{name: value for name, value in entry.items() if name != "time"} for entry in entries]


def _check_finalizers(kind: KindSpec, before: Raw, after: Raw) -> None:
    if "deletionTimestamp" not in before["metadata"]:
        return
    had = set(before["metadata"].get("finalizers") or ())
    if added := set(after["metadata"].get("finalizers") or ()) - had:
        why = f"no new finalizers can be added if the object is being deleted, found new finalizers {sorted(added)}"
        cause = {"reason": "FieldValueForbidden", "message": f"Forbidden: {why}", "field": "metadata.finalizers"}
        raise invalid(kind.group, kind.kind, after["metadata"]["name"], [cause])


def _check_uid(kind: KindSpec, before: Raw, config: Raw) -> None:
    uid = config["metadata"].get("uid")
    if uid and uid != before["metadata"]["uid"]:
        why = f"Precondition failed: UID in precondition: {uid}, UID in object meta: {before['metadata']['uid']}"
        raise conflict(kind.group, kind.plural, before["metadata"]["name"], why)
