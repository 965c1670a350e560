"""Judge a spec by its kind's rules."""

import pytest

from lateen.kinds.all import by_kind
from lateen.kinds.decode import check


@pytest.fixture
def errors():
    """The paths of the errors in a spec of a kind."""
    return lambda kind, **spec: _paths(kind, spec, "error")


@pytest.fixture
def warnings():
    """The paths of the warnings about a spec of a kind that has no errors."""

    def judge(kind, **spec):
        assert _paths(kind, spec, "error") == []
        return _paths(kind, spec, "warning")

    return judge


def _paths(kind, spec, severity):
    known = by_kind(kind)
    raw = {"apiVersion": known.api_versions[0], "kind": kind, "metadata": {"name": "x"}, "spec": spec}
    return [fault.path for fault in check(raw) if fault.severity == severity]


@pytest.fixture
def http_errors(errors):
    """The paths of the errors in one HTTP rule of a VirtualService, relative to the rule."""
    return lambda **rule: _relative(errors("VirtualService", hosts=["x"], http=[rule]), "spec.http[0]")


@pytest.fixture
def http_warnings(warnings):
    """The paths of the warnings about one HTTP rule."""
    return lambda **rule: _relative(warnings("VirtualService", hosts=["x"], http=[rule]), "spec.http[0]")


@pytest.fixture
def policy_errors(errors):
    """The paths of the errors in a DestinationRule's traffic policy, relative to it."""
    return lambda **policy: _relative(errors("DestinationRule", host="x", trafficPolicy=policy), "spec.trafficPolicy")


@pytest.fixture
def policy_warnings(warnings):
    """The paths of the warnings about a traffic policy."""
    return lambda **policy: _relative(warnings("DestinationRule", host="x", trafficPolicy=policy), "spec.trafficPolicy")


def _relative(paths, prefix):
    return [path.removeprefix(prefix).removeprefix(".") for path in paths]
