"""TrafficExtensions and WasmPlugins: which proxies they are for, in which chains they stand, and in which order.

https://istio.io/latest/docs/reference/config/proxy_extensions/
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from msgspec import Struct, structs

from lateen.base.selectors import matches
from lateen.kinds.extensions.traffic_extension import TrafficExtensionSpec
from lateen.kinds.extensions.traffic_selector import TrafficSelector
from lateen.kinds.extensions.wasm_module import WasmModule
from lateen.kinds.extensions.wasm_plugin import WasmPluginSpec
from lateen.kinds.object import Object
from lateen.plan.extension import ModulePlace, Script
from lateen.plan.listener import Chain, HttpProxy, Listener
from lateen.planner.module import module_name

Side = Literal["CLIENT", "SERVER"]

_GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name"


class Selected(Struct, frozen=True):
    """Traffic that an extension sees: as `sides` of it, to `ports`, () = all."""

    sides: tuple[Side, ...]
    ports: tuple[int, ...] = ()


class ExtensionRules(Struct, frozen=True, kw_only=True):
    """An extension. `selectors`: labels of the proxies that it is for, any of them; () = all of its namespace, and of
    the root namespace all of the mesh. `traffic`: any of it, () = all. `bytes_only`: it looks at bytes, not at
    requests."""

    namespace: str
    name: str
    content: Script | ModulePlace
    bytes_only: bool = False
    selectors: tuple[Mapping[str, str], ...] = ()
    traffic: tuple[Selected, ...] = ()
    priority: int = 0

    @property
    def order(self) -> tuple[int, str, str]:
        """Sort key within a phase: the highest priority runs first, then by name and namespace."""
        return -self.priority, self.name, self.namespace

    def selects(self, labels: Mapping[str, str]) -> bool:
        """Say whether it is for proxies with these labels, of the namespaces that it is for."""
        return not self.selectors or any(matches(selector, labels) for selector in self.selectors)

    def sees(self, side: Side, port: int) -> bool:
        """Say whether it sees traffic to a port; 0 = to none that is named."""
        return not self.traffic or any(
            side in one.sides and (not one.ports or port in one.ports) for one in self.traffic
        )


def extension_rules(found: Object) -> ExtensionRules | None:
    """Read a TrafficExtension or a WasmPlugin; None when it says nothing that runs here."""
    spec: TrafficExtensionSpec | WasmPluginSpec = found.model.spec
    targets = spec.target_refs
    if isinstance(spec, WasmPluginSpec) and spec.target_ref is not None:
        targets = (*targets, spec.target_ref)
    selectors: list[Mapping[str, str]] = []
    if spec.selector is not None and spec.selector.match_labels:
        selectors.append(spec.selector.match_labels)
    selectors += [{_GATEWAY_NAME: ref.name} for ref in targets if ref.kind == "Gateway"]
    if targets and not selectors:
        return None
    module = spec if isinstance(spec, WasmPluginSpec) else spec.wasm
    return ExtensionRules(
        namespace=found.namespace,
        name=found.name,
        content=_script(found) if module is None else _place(found, module),
        bytes_only=module is not None and module.type == "NETWORK",
        selectors=tuple(selectors),
        traffic=tuple(_selected(one) for one in spec.match),
        priority=spec.priority or 0,
    )


def extended(listener: Listener, ordered: Iterable[ExtensionRules]) -> Listener:
    """Return a listener whose chains hold the extensions that see their traffic."""
    rules = tuple(ordered)

    def extend(chain: Chain) -> Chain:
        side: Side = "SERVER" if listener.direction == "INBOUND" else "CLIENT"
        port = chain.match.port or (0 if listener.use_original_dst else listener.port)
        found = [one for one in rules if one.sees(side, port)]
        modules = tuple(one.content for one in found if one.bytes_only and isinstance(one.content, ModulePlace))
        inner = tuple(one.content for one in found if not one.bytes_only)
        if isinstance(chain.proxy, HttpProxy) and inner:
            chain = structs.replace(chain, proxy=structs.replace(chain.proxy, extensions=inner))
        return structs.replace(chain, modules=modules) if modules else chain

    return _mapped(listener, extend) if rules else listener


def _mapped(listener: Listener, change: Callable[[Chain], Chain]) -> Listener:
    default = listener.default_chain
    return structs.replace(
        listener,
        chains=tuple(change(chain) for chain in listener.chains),
        default_chain=change(default) if default is not None else None,
    )


def _script(found: Object) -> Script:
    spec: TrafficExtensionSpec = found.model.spec
    return Script(
        name=f"{found.namespace}.{found.name}",
        code=spec.lua.inline_code if spec.lua is not None else "",
        phase=spec.phase,
        origin=found.origin_at("spec.lua.inlineCode"),
    )


def _place(found: Object, module: WasmModule) -> ModulePlace:
    phase = found.model.spec.phase
    return ModulePlace(
        name=module_name(found),
        phase="UNSPECIFIED" if phase == "UNSPECIFIED_PHASE" else phase,
        fails_open=module.fail_strategy == "FAIL_OPEN",
        origin=found.origin,
    )


def _selected(selector: TrafficSelector) -> Selected:
    mode = selector.mode
    sides: tuple[Side, ...] = (mode,) if mode == "CLIENT" or mode == "SERVER" else ("CLIENT", "SERVER")
    return Selected(sides, tuple(port.number for port in selector.ports))
