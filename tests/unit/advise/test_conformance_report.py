from typing import Any

import pytest

from lateen.advise.conformance_report import conformance_report
from lateen.base.errors import LateenError

WHO = {"organization": "o", "project": "p", "url": "u", "contact": [], "version": "1"}


def case(name: str, *features: str, fault: str = "", provisional: bool = False) -> dict[str, Any]:
    return {"name": name, "features": ["Gateway", *features], "fault": fault, "provisional": provisional}


def report(*cases: dict[str, Any]) -> dict[str, Any]:
    results = {"date": "2026-01-01T00:00:00Z", "gatewayAPIVersion": "v9", "cases": list(cases)}
    return conformance_report(results, WHO)


def test_cases_count_in_the_profiles_of_their_routes_by_what_their_features_are():
    made = report(
        case("a", "HTTPRoute"),
        case("b", "HTTPRoute", "ReferenceGrant", fault="no"),
        case("c", "HTTPRoute", "HTTPRouteRetry"),
        case("d", "TLSRoute"),
    )
    assert (made["kind"], made["gatewayAPIVersion"], made["implementation"]) == ("ConformanceReport", "v9", WHO)
    http, tls = made["profiles"]
    assert (http["name"], tls["name"]) == ("GATEWAY-HTTP", "GATEWAY-TLS")
    assert http["core"] == {
        "result": "failure",
        "statistics": {"Passed": 1, "Failed": 1, "Skipped": 0},
        "failedTests": ["b"],
    }
    assert http["extended"]["statistics"]["Passed"] == 1
    assert http["summary"] == "Core tests failed with 1 test failures. Extended tests succeeded."
    assert "HTTPRouteRetry" in http["extended"]["supportedFeatures"]
    assert "HTTPRouteRetry" not in tls["extended"]["supportedFeatures"]


def test_provisional_cases_are_listed_apart():
    made = report(case("a", "HTTPRoute"), case("b", "UDPRoute", provisional=True), case("c", "UDPRoute", provisional=True, fault="no"))  # fmt: skip
    assert [one["name"] for one in made["profiles"]] == ["GATEWAY-HTTP"]
    assert made["succeededProvisionalTests"] == ["b"]


def test_what_is_no_result_is_told():
    with pytest.raises(LateenError, match="date, cases is missing"):
        conformance_report({"gatewayAPIVersion": "v9"}, WHO)
