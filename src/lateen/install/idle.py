"""Settings that are known, for files of others say them, and do nothing here: told when somebody says them."""

from collections.abc import Iterator, Mapping
from typing import Any

from lateen.install.settings import profile

_TRACES = "proxies send no traces yet"
IDLE = {
    "values.global.logAsJson": "logs are lines of text",
    "values.global.logging.level": "the control plane logs what is worth knowing, at level info",
    "values.global.network": "all workloads are taken to be in one network",
    "values.global.operatorManageWebhooks": "webhooks are installed by `lateen install` alone",
    "values.global.platform": "no platform needs settings of its own",
    "values.global.proxy.privileged": "proxies need no privilege",
    "values.global.proxy.tracer": _TRACES,
    "values.pilot.traceSampling": _TRACES,
    "values.sidecarInjectorWebhook.alwaysInjectSelector": "every pod that the webhooks are asked about gets a proxy",
}


def idle(tree: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each setting that does nothing and is not as the profile has it."""
    before = profile(tree["profile"])
    for path, why in IDLE.items():
        if _at(tree, path) != _at(before, path):
            yield f"{path} has no effect: {why}"


def without_idle(values: Mapping[str, Any], path: str = "values") -> dict[str, Any]:
    """Return values without those that do nothing, and without what holds nothing but such."""
    made: dict[str, Any] = {}
    for name, value in values.items():
        at = f"{path}.{name}"
        below = without_idle(value, at) if isinstance(value, Mapping) else value
        if at not in IDLE and not (value and below == {}):
            made[name] = below
    return made


def _at(tree: Any, path: str) -> Any:
    for step in path.split("."):
        tree = tree[step]
    return tree
