"""The Gateway API's own conformance cases against real gateways and sidecars of one mesh; those that do not hold yet are
listed in tests/conformance/gateway_api_traffic_known.json, each with its reason."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "conformance"))

import gateway_api_traffic
from corpora import DEFAULT, known

pytestmark = pytest.mark.skipif(
    not DEFAULT.exists() or not gateway_api_traffic.can_run(),
    reason=f"needs root, nft (apt-get install nftables), and {DEFAULT}",
)


@pytest.fixture(scope="module", autouse=True)
def stage() -> Iterator[None]:
    yield
    gateway_api_traffic.finish()


def cases() -> list[Any]:
    """Those known not to hold must still fail, or be taken off the list."""
    listed = known(gateway_api_traffic)
    return [
        pytest.param(
            check,
            id=name,
            marks=[pytest.mark.xfail(reason=listed[name], strict=True)] if name in listed else [],
        )
        for name, check in gateway_api_traffic.cases(DEFAULT)
    ]


@pytest.mark.parametrize("check", cases())
def test_a_case_holds(check: Callable[[], None]) -> None:
    check()


def test_every_known_failure_is_a_case() -> None:
    assert known(gateway_api_traffic).keys() <= {name for name, _ in gateway_api_traffic.cases(DEFAULT)}
