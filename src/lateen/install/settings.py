"""The settings of an installation: a profile, over it files, over them single values; each known, or refused.

As Istio's `IstioOperator`, and with its grammar of paths: https://istio.io/latest/docs/setup/additional-setup/customize-installation/
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from importlib.resources import files
from typing import Any

import yaml

from lateen.base.errors import Fault, Invalid
from lateen.kinds.suggestion import did_you_mean

Tree = dict[str, Any]

API_VERSION, KIND = "install.istio.io/v1alpha1", "IstioOperator"
PROFILES = ("default", "demo", "empty", "minimal", "preview", "stable")

# Whatever is below these is the user's (or is checked where it arrives): names of labels, variables, Kubernetes' own.
_OPEN = {
    "meshConfig",
    "values.pilot.env",
    "values.pilot.podAnnotations",
    "values.pilot.podLabels",
    "values.pilot.serviceAnnotations",
    "values.pilot.nodeSelector",
    "values.pilot.affinity",
    "values.pilot.tolerations",
    "values.pilot.topologySpreadConstraints",
    "values.pilot.resources",
    "values.pilot.cpu",
    "values.global.proxy.resources",
    "values.global.logging",
    "values.gateways.securityContext",
}
_OPEN_ENDINGS = (
    ".k8s",
    ".label",
    ".resources",
    ".serviceAnnotations",
    ".podAnnotations",
    ".nodeSelector",
    ".tolerations",
)
_LISTS_BY_NAME = ("components.ingressGateways", "components.egressGateways")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def profile(name: str) -> Tree:
    """Return a profile with every default; raises Invalid for one that there is not."""
    if name not in PROFILES:
        fix = did_you_mean(name, PROFILES) or f"profiles are {', '.join(PROFILES)}"
        raise Invalid("the installation", [Fault("spec.profile", f"there is no profile {name!r}", fix)])
    made: Tree = merged(merged(defaults(), overlay(name)), {"profile": name})
    return made


def defaults() -> Tree:
    """Return every setting with its default."""
    return _read("base")


def overlay(name: str) -> Tree:
    """Return what a profile lays over the defaults."""
    return _read(name)


def settings(overlays: Iterable[tuple[str, Tree]] = (), values: Sequence[str] = ()) -> Tree:
    """Return the settings: of the profile that the last of `overlays` (where from, an IstioOperator) or `values` names
    (`path=value`), under the overlays and the values. Raises Invalid with every unknown path."""
    given = [(where, spec_of(raw, where)) for where, raw in overlays]
    given.append(("--set", reduce(_together, map(set_value, values), {})))
    named = [spec["profile"] for _, spec in given if spec.get("profile")]
    known = defaults()
    made = profile(named[-1] if named else "default")
    faults: list[Fault] = []
    for where, spec in given:
        faults += [Fault(path, message, fix, file=where) for path, message, fix in _unknown(spec, known, "")]
        made = merged(made, spec)
    faults += _not_offered(made)
    if faults:
        raise Invalid("the installation", faults)
    namespace = made["values"]["global"]["istioNamespace"]
    return made if namespace == known["namespace"] else made | {"namespace": namespace}


def _not_offered(made: Tree) -> Iterable[Fault]:
    """Refuse what would leave pods without capture: there is no network plugin and no node proxy on Kubernetes yet."""
    asked = {
        "components.cni.enabled": made["components"]["cni"]["enabled"],
        "values.pilot.cni.enabled": made["values"]["pilot"]["cni"]["enabled"],
        "components.ztunnel.enabled": made["components"]["ztunnel"]["enabled"],
    }
    why, fix = "is not offered on Kubernetes yet", "pods are captured by istio-init"
    return [Fault(path, why, fix) for path, on in asked.items() if on]


def spec_of(raw: Mapping[str, Any], where: str) -> Tree:
    """Return the spec of an IstioOperator; raises Invalid when it is none."""
    if raw.get("kind") != KIND:
        raise Invalid(
            where, [Fault("kind", f"{KIND} is wanted, not {raw.get('kind')!r}", f"apiVersion: {API_VERSION}")]
        )
    spec = raw.get("spec") or {}
    if not isinstance(spec, dict):
        raise Invalid(where, [Fault("spec", "a mapping is wanted")])
    return spec


def set_value(text: str) -> Tree:
    """Read `a.b[0].c=value` as the tree that it stands for; `\\.` is a dot in a name. Values are read as YAML's."""
    path, equals, value = text.partition("=")
    if not equals or not path:
        raise Invalid("--set", [Fault(text, "is not path=value", "as --set profile=demo")])
    tree: Any = yaml.load(value, Loader=_LOADER) if value else ""  # noqa: S506 (a safe loader)
    for step in reversed(_steps(path.removeprefix("spec."))):
        tree = [*({} for _ in range(step)), tree] if isinstance(step, int) else {step: tree}
    return dict(tree)


def _together(below: Any, above: Any) -> Any:
    """Join single values: what they say of one position of a list is said of one item."""
    if isinstance(below, dict) and isinstance(above, dict):
        return below | {name: _together(below.get(name), value) for name, value in above.items()}
    if isinstance(below, list) and isinstance(above, list):
        longest = max(len(below), len(above))
        pairs = ((one[at] if at < len(one) else {} for one in (below, above)) for at in range(longest))
        return [_together(*pair) for pair in pairs]
    return below if above == {} and below is not None else above


def merged(below: Any, above: Any, path: str = "") -> Any:
    """Lay one tree over another: mappings join; gateways join by their name, or by position where they have none."""
    if isinstance(below, dict) and isinstance(above, dict):
        keys = dict.fromkeys((*below, *above))
        return {key: merged(below.get(key), above[key], f"{path}.{key}".lstrip(".")) if key in above else below[key]
                for key in keys}  # fmt: skip
    if path in _LISTS_BY_NAME and isinstance(above, list):
        return _by_name(below or [], above)
    return above


def _by_name(below: list[Tree], above: list[Tree]) -> list[Tree]:
    made = {one["name"]: one for one in below}
    for number, one in enumerate(above):
        name = one.get("name") or (below[number]["name"] if number < len(below) else "")
        fresh = {"namespace": "", "enabled": False, "label": {}, "k8s": {}}
        made[name] = merged(made.get(name, fresh), one | {"name": name})
    return list(made.values())


def is_open(path: str) -> bool:
    """Say whether whatever is below a path is the user's."""
    return path in _OPEN or path.endswith(_OPEN_ENDINGS)


def _unknown(given: Any, known: Any, path: str) -> Iterable[tuple[str, str, str]]:
    """Yield the paths that no setting has: (path, what is wrong, what may be meant)."""
    if is_open(path) or (path == "" and not isinstance(given, dict)):
        return
    if isinstance(known, dict):
        if not isinstance(given, dict):
            yield path, "a mapping is wanted", ""
            return
        for name, value in given.items():
            below = f"{path}.{name}".lstrip(".")
            if name in known:
                yield from _unknown(value, known[name], below)
            else:
                yield below, "there is no such setting", did_you_mean(str(name), known)
    elif path in _LISTS_BY_NAME:
        for number, one in enumerate(given if isinstance(given, list) else ()):
            yield from _unknown(one, known[0], f"{path}[{number}]")
    elif isinstance(known, bool) and not isinstance(given, bool):
        yield path, f"true or false is wanted, not {given!r}", ""
    elif isinstance(known, list) and not isinstance(given, list):
        yield path, f"a list is wanted, not {given!r}", f"as {path}[0]=…"
    elif isinstance(known, int) and not isinstance(given, int | float):
        yield path, f"a number is wanted, not {given!r}", ""


def _steps(path: str) -> list[str | int]:
    steps: list[str | int] = []
    for part in path.replace("\\.", "\0").split("."):
        name, _, index = part.replace("\0", ".").partition("[")
        if name:
            steps.append(name)
        if index:
            if not index.rstrip("]").isdecimal():
                raise Invalid("--set", [Fault(path, f"[{index} is no position", "as components.ingressGateways[0]")])
            steps.append(int(index.rstrip("]")))
    return steps


def _read(name: str) -> Tree:
    found = yaml.load(files("lateen.install").joinpath(f"profiles/{name}.yaml").read_text(), Loader=_LOADER)  # noqa: S506
    return dict(found)
