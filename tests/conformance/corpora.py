"""The corpora that the mesh is judged by, in one explicit list, and how each is scored."""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).parent))

import analyze
import authn
import authz_rbac
import config_semantics
import crds
import dns_names
import envoyfilter
import gateway_api_traffic
import gateway_api_validation
import injection
import integration_config
import pki
import samples
import simulation
import validation
import xds_inputs

# A new corpus is one file in this folder, with `CORPUS` and `cases`, and one line here.
CORPORA: tuple[ModuleType, ...] = (
    simulation,
    analyze,
    validation,
    config_semantics,
    dns_names,
    envoyfilter,
    crds,
    xds_inputs,
    integration_config,
    samples,
    authn,
    authz_rbac,
    injection,
    gateway_api_validation,
    gateway_api_traffic,
    pki,
)

HERE = Path(__file__).parent
DEFAULT = HERE.parents[2] / "shared" / "conformance"


@dataclass(frozen=True, slots=True)
class Score:
    """How one corpus fares. `failing`: the first reason of each unit that does not hold, by id."""

    total: int
    failing: dict[str, str]

    @property
    def passed(self) -> int:
        """How many units hold."""
        return self.total - len(self.failing)


def live(module: ModuleType) -> bool:
    """Say whether a corpus plays on a real mesh: it is scored by `python -m tests.conformance`, and tested in tests/e2e."""
    return bool(getattr(module, "LIVE", False))


def score(module: ModuleType, folder: Path) -> Score:
    """Run every case of a corpus. A module's `scored_as` says which cases count as one (default: each for itself)."""
    unit = getattr(module, "scored_as", str)
    units: dict[str, str] = {}
    try:
        for name, check in module.cases(folder):
            units[unit(name)] = units.get(unit(name)) or reason(check)
    finally:
        if live(module):
            module.finish()
    return Score(len(units), {name: why for name, why in units.items() if why})


def reason(check: object) -> str:
    """Why a check does not hold, on one line; "" where it does. A check that breaks does not hold."""
    try:
        check()  # type: ignore[operator]
    except AssertionError as error:
        return _line(error) or "not so"
    except Exception as error:
        return f"{type(error).__name__}: {_line(error)}"
    return ""


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]


def known(module: ModuleType) -> dict[str, str]:
    """The cases of a corpus that are known not to hold, each with its reason."""
    path = HERE / f"{module.__name__}_known.json"
    found: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    return found


def chosen(names: Iterable[str]) -> Iterator[ModuleType]:
    """The corpora of these names, in the list's order; all where none is named. Raises KeyError."""
    wanted = set(names)
    if unknown := wanted - {module.CORPUS for module in CORPORA}:
        raise KeyError(", ".join(sorted(unknown)))
    yield from (module for module in CORPORA if not wanted or module.CORPUS in wanted)
