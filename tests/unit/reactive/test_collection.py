"""Inputs, subscriptions, and what a changed row does."""

import logging
from typing import Any

import pytest

from lateen.reactive import Engine, Input


@pytest.fixture
def engine() -> Engine:
    return Engine()


def test_an_input_reads_like_a_mapping(engine: Engine) -> None:
    pods: Input[str, int] = engine.input("pods")
    pods.put("a", 1)
    pods.put("b", 2)
    assert (pods.get("a"), pods.get("z"), len(pods), "b" in pods, sorted(pods)) == (
        1,
        None,
        2,
        True,
        ["a", "b"],
    )
    assert dict(pods.items()) == {"a": 1, "b": 2}


def test_an_equal_value_is_no_change(engine: Engine) -> None:
    pods: Input[str, tuple[int, ...]] = engine.input("pods")
    first = (1, 2)
    pods.put("a", first)
    pods.put("a", (1, 2))
    pods.delete("missing")
    assert pods.changes == 1
    assert pods.get("a") is first


def test_a_subscriber_is_called_once_per_settle_with_what_differs(engine: Engine) -> None:
    pods: Input[str, int] = engine.input("pods")
    pods.put("old", 0)
    engine.settle()
    told: list[dict[str, int | None]] = []
    pods.subscribe(lambda changed: told.append(dict(changed)))
    pods.put("a", 1)
    pods.put("a", 2)
    pods.put("there and back", 1)
    pods.delete("there and back")
    pods.delete("old")
    engine.settle()
    engine.settle()
    assert told == [{"a": 2, "old": None}]


def test_an_ended_subscription_hears_nothing_and_keeps_nothing(engine: Engine) -> None:
    pods: Input[str, int] = engine.input("pods")
    told: list[Any] = []
    end = pods.subscribe(told.append)
    pods.put("a", 1)
    end()
    pods.put("b", 1)
    engine.settle()
    assert told == []


def test_a_subscriber_that_raises_does_not_silence_the_others(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    pods: Input[str, int] = engine.input("pods")
    told: list[Any] = []

    def broken(changed: object) -> None:
        raise ValueError("broken")

    pods.subscribe(broken)
    pods.subscribe(told.append)
    pods.put("a", 1)
    with caplog.at_level(logging.CRITICAL):
        engine.settle()
    assert told == [{"a": 1}]


def test_a_subscriber_may_put_and_the_engine_settles_that_too(engine: Engine) -> None:
    pods: Input[str, int] = engine.input("pods")
    doubled = engine.map("doubled", pods, lambda read, key, value: value * 2)
    pods.subscribe(lambda changed: pods.put("echo", changed["a"] or 0) if "a" in changed else None)
    pods.put("a", 3)
    engine.settle()
    assert doubled.get("echo") == 6


def test_a_computation_may_not_write(engine: Engine) -> None:
    pods: Input[str, int] = engine.input("pods")
    engine.map("writer", pods, lambda read, key, value: pods.put("b", 1))
    pods.put("a", 1)
    engine.settle()
    assert "computations only read" in engine.errors["writer", "a"]
    assert "b" not in pods
