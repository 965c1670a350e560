import pytest

from lateen.base.clock import FakeClock
from lateen.server.issuance import IssuanceLimit, TooOften


def test_who_asks_too_often_waits_and_nobody_else_does():
    limit = IssuanceLimit(FakeClock(), 3)
    for _ in range(3):
        limit.take("a")
    with pytest.raises(TooOften, match="3 certificates within a minute") as raised:
        limit.take("a")
    assert raised.value.fix.startswith("ask again in 20 s")
    limit.take("b")


def test_a_bucket_fills_by_and_by():
    clock = FakeClock()
    limit = IssuanceLimit(clock, 3)
    for _ in range(3):
        limit.take("a")
    clock.advance(20)
    limit.take("a")
    with pytest.raises(TooOften):
        limit.take("a")
    clock.advance(60)
    for _ in range(3):
        limit.take("a")


def test_a_limit_of_none_holds_nobody_up():
    limit = IssuanceLimit(FakeClock(), 0)
    for _ in range(1000):
        limit.take("a")


def test_who_does_not_ask_any_more_is_forgotten():
    clock = FakeClock()
    limit = IssuanceLimit(clock, 60)
    for number in range(100):
        limit.take(number)
    clock.advance(60)
    for number in range(60):
        limit.take(f"later {number}")
    assert len(limit._full_at) == 60
