import pytest

from lateen.base.errors import Invalid
from lateen.node.lifetimes import Lifetimes

DAY = 86_400


@pytest.mark.parametrize("chance", [0, 0.5, 1])
def test_renewed_half_way_not_all_at_once(chance):
    assert 0.4 * DAY <= Lifetimes().renewal_delay(DAY, chance) <= 0.6 * DAY
    assert Lifetimes().renewal_delay(-5, chance) > 0


def test_a_proxys_metadata_says_how_long_and_when():
    found = Lifetimes.read(
        {"SECRET_TTL": "1h", "SECRET_GRACE_PERIOD_RATIO": "0.2", "SECRET_GRACE_PERIOD_RATIO_JITTER": "0"}
    )
    assert found == Lifetimes(3600, 0.2, 0)
    assert found.renewal_delay(100, 0.3) == pytest.approx(80)
    assert Lifetimes.read({}) == Lifetimes()


@pytest.mark.parametrize(("grace", "least", "most"), [(0, 0.8, 1), (1, 0, 0.2)])
def test_it_is_renewed_before_its_end_and_not_all_the_time(grace, least, most):
    assert least < Lifetimes(grace=grace).renewal_delay(1000, 1) / 1000 < most


def test_every_wrong_variable_is_named():
    with pytest.raises(Invalid) as refused:
        Lifetimes.read(
            {"SECRET_TTL": "soon", "SECRET_GRACE_PERIOD_RATIO": "2", "SECRET_GRACE_PERIOD_RATIO_JITTER": "x"}
        )
    assert [fault.path for fault in refused.value.faults] == [
        "SECRET_TTL", "SECRET_GRACE_PERIOD_RATIO", "SECRET_GRACE_PERIOD_RATIO_JITTER",
    ]  # fmt: skip
