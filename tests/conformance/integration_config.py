"""The corpus `integration-config`: what Istio's end-to-end tests apply is accepted, or refused for a stated reason,
and gives whole views."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from worlds import configured
from xds_inputs import PROXIES, assert_whole

from lateen.base.errors import Invalid
from lateen.kinds.all import find
from lateen.kinds.decode import decode
from lateen.kinds.documents import load

CORPUS = "integration-config"
Check = Callable[[], None]

# What is refused, and words of the reason that is stated.
REFUSED = {
    "pilot/testdata/invalid": "a document must be an object",
    "pilot/testdata/some-dir/missing-gateway": "it needs one of http, tls, tcp",
}
# What the templates' words stand for; any other is "value".
_VALUES = {
    "externalSvcTcpPort": "8080",
    "externalSvcTlsPort": "8443",
    "forwardProxyPort": "3128",
    "Percent": "50",
    "To.PortForName": "80",
    "ImagePullPolicy": "Always",
    "TestWasmModuleURL": "oci://registry/wasm:1",
    "AttributeGenURL": "oci://registry/wasm:1",
    "TargetGroup": "gateway.networking.k8s.io",
    "TargetKind": "Gateway",
    "DockerConfigJson": "e30=",
    "DisableLogs": "true",
    "Group": "multicluster.x-k8s.io",
    "Version": "v1alpha1",
}


def cases(folder: Path) -> Iterator[tuple[str, Check]]:
    """Yield each file: its path, and a check that raises AssertionError where it does not hold."""
    root = folder / CORPUS
    for path in sorted((*root.rglob("*.yaml"), *root.rglob("*.json"))):
        name = str(path.relative_to(root).with_suffix(""))
        yield name, partial(_check, fill(path.read_text()), str(path), REFUSED.get(name, ""))


def _check(text: str, file: str, refused: str) -> None:
    accepted, found = [], ""
    try:
        accepted = list(_accepted(text, file))
    except Invalid as error:
        found = str(error)
    assert refused in found and bool(refused) == bool(found), found or "accepted"
    for proxy in PROXIES if accepted else ():
        assert_whole(configured(*accepted, proxy=proxy))


def _accepted(text: str, file: str) -> Iterator[dict[str, Any]]:
    for document in load(text, file):
        raw = document.raw
        version, kind = raw.get("apiVersion", ""), raw.get("kind")
        raw.setdefault("metadata", {}).setdefault("namespace", "default")
        if (spec := find(version, kind)) is None:
            group = version.partition("/")[0]
            served = not group.endswith((".istio.io", "gateway.networking.k8s.io"))
            assert served, f"kind {kind} of {version} is not served yet"
            continue
        if not spec.namespaced:
            del raw["metadata"]["namespace"]
        decode(raw, file=document.file, lines=document.lines)
        yield raw


_CONTROL = re.compile(r"^ *\{\{-? *(?:if|end|else|range)\b.*\}\} *\n?", re.M)
_VALUE = re.compile(r"\{\{-?(.*?)-?\}\}")
_WORD = re.compile(r"\.([A-Za-z.]+)")
_DEFAULT = re.compile(r'default "([^"]*)"')


def fill(template: str) -> str:
    """Fill a Go template: what stands in a condition stands, a value is one of its kind."""
    return _VALUE.sub(_value, _CONTROL.sub("", template))


def _value(found: re.Match[str]) -> str:
    if default := _DEFAULT.search(found[1]):
        return default[1]
    word, indent = _WORD.search(found[1]), re.search(r"indent (\d+)", found[1])
    return " " * int(indent[1] if indent else 0) + _VALUES.get(word[1] if word else "", "value")
