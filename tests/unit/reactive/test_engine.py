"""Building, stepping and settling."""

import pytest

from lateen.reactive import Engine, Input


def test_names_are_unique_over_collections_and_indexes() -> None:
    engine = Engine()
    numbers: Input[str, int] = engine.input("numbers")
    engine.index("by parity", numbers, lambda key, n: [n % 2])
    with pytest.raises(ValueError, match="by parity"):
        engine.map("by parity", numbers, lambda read, key, n: n)


def test_a_step_runs_at_most_its_budget_and_says_whether_more_is_to_do() -> None:
    engine = Engine()
    numbers: Input[int, int] = engine.input("numbers")
    doubled = engine.map("doubled", numbers, lambda read, key, n: n * 2)
    for number in range(5):
        numbers.put(number, number)
    assert engine.step(0)
    assert engine.step(3)
    assert doubled.runs == 3
    assert not engine.step(2)
    assert not engine.step(2)
    assert doubled.runs == 5


def test_changes_between_steps_are_taken_in_before_what_comes_after_them() -> None:
    engine = Engine()
    numbers: Input[int, int] = engine.input("numbers")
    doubled = engine.map("doubled", numbers, lambda read, key, n: n * 2)
    pairs = engine.map("pairs", numbers, lambda read, key, n: (n, read.get(doubled, key)))
    numbers.put(1, 1)
    assert engine.step(1)
    numbers.put(1, 5)
    engine.settle()
    assert pairs.get(1) == (5, 10)
    assert pairs.runs == 1


def test_a_diamond_runs_its_end_once() -> None:
    engine = Engine()
    numbers: Input[str, int] = engine.input("numbers")
    left = engine.map("left", numbers, lambda read, key, n: n + 1)
    right = engine.map("right", numbers, lambda read, key, n: n * 2)
    end = engine.map("end", left, lambda read, key, n: (n, read.get(right, key)))
    numbers.put("a", 1)
    engine.settle()
    numbers.put("a", 2)
    engine.settle()
    assert (end.get("a"), end.runs) == ((3, 4), 2)


def test_the_ring_of_events_is_bounded() -> None:
    engine = Engine(events=3)
    numbers: Input[int, int] = engine.input("numbers")
    for number in range(10):
        numbers.put(number, number)
    assert [event.sequence for event in engine.events] == [7, 8, 9]


def test_collections_are_found_by_name_in_order() -> None:
    engine = Engine()
    numbers: Input[int, int] = engine.input("numbers")
    doubled = engine.map("doubled", numbers, lambda read, key, n: n * 2)
    assert list(engine.collections.items()) == [("numbers", numbers), ("doubled", doubled)]
