"""ProxyConfig: settings of proxies when they start, per namespace or workload.

https://istio.io/latest/docs/reference/config/networking/proxy-config/
"""

from collections.abc import Iterator, Mapping
from typing import Annotated

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.istio_status import IstioStatus
from lateen.kinds.label_selector import WorkloadSelector
from lateen.kinds.meta import ObjectMeta
from lateen.kinds.model import Model
from lateen.kinds.spec import AGE, KindSpec
from lateen.kinds.target_ref import labels_faults


class ProxyImage(Model, frozen=True, kw_only=True):
    """`image_type`: default, distroless, debug."""

    image_type: str = ""


class ProxyConfigSpec(Model, frozen=True, kw_only=True):
    """`concurrency`: worker threads, 0 = one per core, None = by the limits of the container."""

    selector: WorkloadSelector | None = None
    concurrency: Annotated[int, Meta(ge=0, le=2**31 - 1)] | None = None
    environment_variables: Mapping[str, Annotated[str, Meta(max_length=2048)]] = {}
    image: ProxyImage | None = None


class ProxyConfig(Model, frozen=True, kw_only=True):
    """The whole object."""

    api_version: str
    kind: str
    metadata: ObjectMeta
    spec: ProxyConfigSpec = ProxyConfigSpec()
    status: IstioStatus = IstioStatus()


def validate(found: ProxyConfig) -> Iterator[Fault]:
    """Yield what is wrong beyond the schema."""
    spec = found.spec
    if spec.selector is not None:
        yield from labels_faults("spec.selector", "matchLabels", spec.selector.match_labels)
    for name in spec.environment_variables:
        if not name or "=" in name:
            yield Fault("spec.environmentVariables", f'"{name}" is not the name of an environment variable')


SPEC = KindSpec(
    group="networking.istio.io",
    kind="ProxyConfig",
    plural="proxyconfigs",
    versions=("v1beta1",),
    categories=("istio-io", "networking-istio-io"),
    model=ProxyConfig,
    validate=validate,
    columns=(AGE,),
)
