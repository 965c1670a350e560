"""Volumes of a pod."""

from collections.abc import Iterator, Mapping
from typing import Any

from lateen.base.errors import Fault
from lateen.kinds.core.container import Container, FieldSelector
from lateen.kinds.model import OpenModel, named
from lateen.kinds.names import is_label


class KeyToPath(OpenModel, frozen=True, kw_only=True):
    """A key, and the file it becomes."""

    key: str
    path: str
    mode: int | None = None


class EmptyDir(OpenModel, frozen=True, kw_only=True):
    """A folder that lives as long as the pod."""

    medium: str = ""
    size_limit: int | str | None = None


class SecretVolume(OpenModel, frozen=True, kw_only=True):
    """A Secret as files."""

    secret_name: str = ""
    items: tuple[KeyToPath, ...] = ()
    default_mode: int | None = None
    optional: bool = False


class ConfigMapVolume(OpenModel, frozen=True, kw_only=True):
    """A ConfigMap as files; a Secret likewise, as a source of a projected volume."""

    name: str = ""
    items: tuple[KeyToPath, ...] = ()
    default_mode: int | None = None
    optional: bool = False


class DownwardFile(OpenModel, frozen=True, kw_only=True):
    """A field of the pod as a file."""

    path: str
    field_ref: FieldSelector | None = None
    resource_field_ref: Mapping[str, Any] | None = None
    mode: int | None = None


class DownwardVolume(OpenModel, frozen=True, kw_only=True):
    """Fields of the pod as files."""

    items: tuple[DownwardFile, ...] = ()
    default_mode: int | None = None


class TokenProjection(OpenModel, frozen=True, kw_only=True):
    """A token of the pod's service account, renewed in time."""

    path: str
    audience: str = ""
    expiration_seconds: int = 3600


class ProjectedSource(OpenModel, frozen=True, kw_only=True):
    """One source; one field is set."""

    secret: ConfigMapVolume | None = None
    config_map: ConfigMapVolume | None = None
    downward_api: DownwardVolume | None = named("downwardAPI", None)
    service_account_token: TokenProjection | None = None
    cluster_trust_bundle: Mapping[str, Any] | None = None


class ProjectedVolume(OpenModel, frozen=True, kw_only=True):
    """Several sources in one folder."""

    sources: tuple[ProjectedSource, ...] = ()
    default_mode: int | None = None


class Volume(OpenModel, frozen=True, kw_only=True):
    """One volume. Kinds of volume that a local mesh does not offer are known by name only."""

    name: str
    empty_dir: EmptyDir | None = None
    secret: SecretVolume | None = None
    config_map: ConfigMapVolume | None = None
    projected: ProjectedVolume | None = None
    downward_api: DownwardVolume | None = named("downwardAPI", None)
    host_path: Mapping[str, Any] | None = None
    persistent_volume_claim: Mapping[str, Any] | None = None
    ephemeral: Mapping[str, Any] | None = None
    csi: Mapping[str, Any] | None = None
    image: Mapping[str, Any] | None = None
    nfs: Mapping[str, Any] | None = None
    iscsi: Mapping[str, Any] | None = None


def volume_faults(path: str, volumes: tuple[Volume, ...]) -> Iterator[Fault]:
    """Yield what is wrong with a pod's volumes."""
    names: set[str] = set()
    for index, volume in enumerate(volumes):
        if not is_label(volume.name):
            yield Fault(f"{path}[{index}].name", f'"{volume.name}" is not a name: lower-case letters, digits and "-"')
        elif volume.name in names:
            yield Fault(f"{path}[{index}].name", f'there is a volume "{volume.name}" already')
        names.add(volume.name)


def mount_faults(path: str, containers: tuple[Container, ...], volumes: tuple[Volume, ...]) -> Iterator[Fault]:
    """Yield a fault for every mount of a volume that the pod does not have."""
    names = {volume.name for volume in volumes}
    for index, container in enumerate(containers):
        for position, mount in enumerate(container.volume_mounts):
            if mount.name not in names:
                place = f"{path}[{index}].volumeMounts[{position}].name"
                yield Fault(place, f'the pod has no volume "{mount.name}"', "name it in volumes")
