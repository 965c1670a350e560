"""ProcessImage: which local process stands for a container image."""

from collections.abc import Iterator, Mapping

from lateen.base.errors import Fault
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Model
from lateen.kinds.spec import AGE, Column, KindSpec


class ProcessImageSpec(Model, frozen=True, kw_only=True):
    """`images`: globs of image names. `directory`: shown to the process, which starts in it; "" = none."""

    images: tuple[str, ...]
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = {}
    directory: str = ""


class ProcessImage(Model, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: ProcessImageSpec


def validate(found: ProcessImage) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    if not found.spec.images:
        yield Fault("spec.images", "is required: at least one pattern of image names")
    for index, pattern in enumerate(found.spec.images):
        if not pattern.strip():
            yield Fault(f"spec.images[{index}]", "may not be empty")
    for name in found.spec.env:
        if not name or "=" in name:
            yield Fault("spec.env", f'"{name}" is not the name of an environment variable')


SPEC = KindSpec(
    group="lateen.dev",
    kind="ProcessImage",
    plural="processimages",
    versions=("v1alpha1",),
    namespaced=False,
    model=ProcessImage,
    validate=validate,
    columns=(Column("Images", ".spec.images"), Column("Command", ".spec.command"), AGE),
)
