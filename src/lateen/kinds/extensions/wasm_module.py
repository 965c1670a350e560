"""A WebAssembly module: where it comes from, how it is run."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.model import Model
from lateen.kinds.schema_rules import CelRule, keyed_by, stating
from lateen.kinds.urls import url_faults

_SCHEMES = ("oci", "http", "https", "file")


# Without a scheme it is an image, whose tag a URL may take for a port.
_IS_FETCHED = CelRule(
    '(isURL(self) ? url(self) : url("http://" + self)).getScheme() in ["", "http", "https", "oci", "file"]',
    "url must have schema one of [http, https, file, oci]",
)


class EnvVar(Model, frozen=True, kw_only=True):
    """A variable of the module's environment; HOST: the proxy's value."""

    schema_rules: ClassVar = (
        CelRule(
            '!(has(self.value) && has(self.valueFrom) && self.valueFrom == "HOST")',
            "value may only be set when valueFrom is INLINE",
        ),
    )

    name: Annotated[str, Meta(min_length=1, max_length=256)]
    value_from: Literal["INLINE", "HOST"] = "INLINE"
    value: Annotated[str, Meta(max_length=2048)] = ""


class VmConfig(Model, frozen=True, kw_only=True):
    """The virtual machine that runs the module."""

    env: Annotated[tuple[EnvVar, ...], Meta(max_length=256, extra_json_schema=keyed_by("name"))] = ()


class WasmModule(Model, frozen=True, kw_only=True):
    """`url`: without a scheme it is an OCI image. `plugin_config`: what the module is told."""

    url: Annotated[str, Meta(min_length=1, extra_json_schema=stating(_IS_FETCHED))]
    sha256: Annotated[str, Meta(pattern="(^$|^[a-f0-9]{64}$)")] = ""
    image_pull_policy: Literal["UNSPECIFIED_POLICY", "IfNotPresent", "Always"] = "UNSPECIFIED_POLICY"
    image_pull_secret: Annotated[str, Meta(min_length=1, max_length=253)] | None = None
    verification_key: str = ""
    plugin_config: Mapping[str, Any] | None = None
    plugin_name: Annotated[str, Meta(min_length=1, max_length=256)] | None = None
    fail_strategy: Literal["FAIL_CLOSE", "FAIL_OPEN", "FAIL_RELOAD"] = "FAIL_CLOSE"
    type: Literal["UNSPECIFIED_PLUGIN_TYPE", "HTTP", "NETWORK"] = "UNSPECIFIED_PLUGIN_TYPE"
    vm_config: VmConfig | None = None


def module_faults(path: str, module: WasmModule) -> Iterator[Fault]:
    """Yield what is wrong with a module."""
    plain = "://" not in module.url
    for fault in url_faults(f"{path}.url", f"oci://{module.url}" if plain else module.url, _SCHEMES):
        yield Fault(fault.path, f"{fault.message} (url must have schema one of {', '.join(_SCHEMES)})", fault.fix)
    if module.sha256 and urlsplit(module.url).scheme == "file":
        yield Fault(f"{path}.sha256", "is not checked for a file", "", "warning")
    if module.verification_key:
        yield Fault(f"{path}.verificationKey", "signatures are not checked", "pin the module by sha256", "warning")
    names: set[str] = set()
    for index, variable in enumerate(module.vm_config.env if module.vm_config is not None else ()):
        place = f"{path}.vmConfig.env[{index}]"
        if variable.name in names:
            yield Fault(f"{place}.name", f"duplicate env {variable.name}")
        names.add(variable.name)
        if variable.value_from == "HOST" and variable.value:
            yield Fault(f"{place}.value", "value may only be set when valueFrom is INLINE", "remove it")
