"""The Gateway API's ConformanceReport, out of the results of its cases.

https://gateway-api.sigs.k8s.io/concepts/conformance/#conformance-reports
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lateen.base.errors import LateenError
from lateen.planner.gateway_api.features import CORE, FEATURES, extended

Raw = dict[str, Any]
Case = Mapping[str, Any]
_FIELDS = ("date", "gatewayAPIVersion", "cases")


def conformance_report(results: Mapping[str, Any], implementation: Mapping[str, Any]) -> Raw:
    """Return the report of results: `date`, `gatewayAPIVersion`, and `cases` with `name`, `features`, `provisional` and
    `fault` ("" = it holds). Raises LateenError for what is none."""
    missing = [name for name in _FIELDS if not results.get(name)]
    if missing:
        hint = "write them with: python -m tests.conformance --only gateway-api-conformance --results DIR"
        raise LateenError(f"these are no results: {', '.join(missing)} is missing", hint)
    cases: Sequence[Case] = results["cases"]
    provisional = [one for one in cases if one.get("provisional")]
    profiles = (_profile(name, core, cases) for name, core in CORE.items())
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "ConformanceReport",
        "date": results["date"],
        "gatewayAPIChannel": "experimental",
        "gatewayAPIVersion": results["gatewayAPIVersion"],
        "implementation": dict(implementation),
        "mode": "default",
        "profiles": [one for one in profiles if one],
        "succeededProvisionalTests": sorted(one["name"] for one in provisional if not one["fault"]),
    }


def _profile(name: str, core: tuple[str, ...], cases: Iterable[Case]) -> Raw | None:
    """Say how a profile fares; None where no case is of its core."""
    more = extended(name)
    own = [case for case in cases if core[-1] in case["features"] and not case.get("provisional")]
    first = [case for case in own if set(case["features"]) <= set(core)]
    second = [case for case in own if case not in first and set(case["features"]) <= {*core, *more}]
    if not first:
        return None
    found = _judged(first), _judged(second)
    supported = [one for one in more if one in FEATURES]
    features = {"supportedFeatures": sorted(supported), "unsupportedFeatures": sorted(set(more).difference(supported))}
    return {
        "name": name,
        "core": found[0],
        "extended": found[1] | {key: value for key, value in features.items() if value},
        "summary": " ".join(_summary(("Core", "Extended"), found)),
    }


def _judged(cases: Sequence[Case]) -> Raw:
    failed = sorted(case["name"] for case in cases if case["fault"])
    counted = {"Passed": len(cases) - len(failed), "Failed": len(failed), "Skipped": 0}
    result = {"result": "failure" if failed else "success", "statistics": counted}
    return result | ({"failedTests": failed} if failed else {})


def _summary(levels: Iterable[str], found: Iterable[Raw]) -> Iterator[str]:
    for level, one in zip(levels, found, strict=True):
        failed = one["statistics"]["Failed"]
        yield f"{level} tests {f'failed with {failed} test failures' if failed else 'succeeded'}."
