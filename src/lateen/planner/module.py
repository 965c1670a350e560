"""WebAssembly modules that users ask for: where from, and how they are run.

https://istio.io/latest/docs/reference/config/proxy_extensions/wasm-plugin/
https://istio.io/latest/docs/ops/configuration/extensibility/wasm-pull-policy/
"""

from typing import Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct, structs

from lateen.base.refs import Key
from lateen.kinds.extensions.image_reference import ImageReference
from lateen.kinds.extensions.wasm_module import WasmModule
from lateen.kinds.object import Object
from lateen.plan.extension import Code, Module

ON_FAILURE: dict[str, Literal["FAIL_CLOSED", "FAIL_OPEN", "FAIL_RELOAD"]] = {
    "FAIL_CLOSE": "FAIL_CLOSED",
    "FAIL_OPEN": "FAIL_OPEN",
    "FAIL_RELOAD": "FAIL_RELOAD",
}


class ModuleRequest(Struct, frozen=True, kw_only=True):
    """A module to be fetched for the object `kind` `key`, and what becomes of it: `module`, still without its code.

    `sha256`: what it has to be, in hex, "" = anything. `secret`: the name of a Secret beside the object, with what
    registries ask for. `always`: it is fetched for every version of the object (`version`), not only when it is not
    known.
    """

    kind: str
    key: Key
    url: str
    module: Module
    sha256: str = ""
    secret: str = ""
    always: bool = False
    version: str = ""


class FetchedModule(Struct, frozen=True):
    """The code that a request led to."""

    request: ModuleRequest
    code: Code

    @property
    def module(self) -> Module:
        """The module, whole."""
        return structs.replace(self.request.module, code=self.code)


def module_name(found: Object) -> str:
    """Return the name of an object's module among Envoy's extensions."""
    return f"{found.spec.group}/{found.kind.lower()}/{found.namespace}.{found.name}"


def request_of(found: Object, spec: WasmModule, path: str) -> ModuleRequest:
    """Read what an object asks for in its field `path`."""
    always = _always(spec)
    return ModuleRequest(
        kind=found.spec.name,
        key=found.key,
        url=spec.url,
        module=_module(found, spec, path),
        sha256=spec.sha256,
        secret=spec.image_pull_secret or "",
        always=always,
        version=_version(found) if always else "",
    )


def _module(found: Object, spec: WasmModule, path: str) -> Module:
    variables = spec.vm_config.env if spec.vm_config is not None else ()
    settings = spec.plugin_config
    return Module(
        name=module_name(found),
        path=urlsplit(spec.url).path if spec.url.startswith("file:") else "",
        bytes_only=spec.type == "NETWORK",
        root=spec.plugin_name or "",
        settings=None if settings is None else msgspec.json.encode(settings, order="sorted").decode(),
        on_failure=ON_FAILURE[spec.fail_strategy],
        environment=tuple((one.name, one.value) for one in variables if one.value_from == "INLINE"),
        inherited=tuple(one.name for one in variables if one.value_from == "HOST"),
        origin=found.origin_at(f"{path}.url"),
    )


def _always(spec: WasmModule) -> bool:
    """What has a digest is known when it is known; `latest` is not, unless it is said to be."""
    reference = _reference(spec.url)
    if spec.sha256 or (reference is not None and reference.digest):
        return False
    if spec.image_pull_policy == "UNSPECIFIED_POLICY":
        return reference is not None and reference.tag == "latest"
    return spec.image_pull_policy == "Always"


def _reference(url: str) -> ImageReference | None:
    if "://" in url and not url.startswith("oci://"):
        return None
    try:
        return ImageReference.parse(url)
    except ValueError:
        return None


def _version(found: Object) -> str:
    """A text that another version of the object has another of; its status does not count."""
    meta = found.meta
    said = (meta.uid, meta.generation, meta.labels, meta.annotations)
    return msgspec.json.encode(said, order="sorted").decode()
