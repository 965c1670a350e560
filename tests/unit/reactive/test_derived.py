"""What derived collections run, keep, share and give up."""

import logging

import pytest

from lateen.reactive import Engine, Event, Input


def ran_by(engine: Engine, change: object = None) -> list[tuple[str, object]]:
    """Settle, and return what ran for it."""
    start = engine.events[-1].sequence + 1 if engine.events else 0
    if callable(change):
        change()
    engine.settle()
    return sorted(engine.ran(start))


@pytest.fixture
def engine() -> Engine:
    return Engine()


def test_only_the_changed_row_runs_and_an_equal_result_stops_there(engine: Engine) -> None:
    numbers: Input[str, int] = engine.input("numbers")
    parity = engine.map("parity", numbers, lambda read, key, n: n % 2)
    words = engine.map("words", parity, lambda read, key, odd: "odd" if odd else "even")
    numbers.put("a", 1)
    numbers.put("b", 2)
    engine.settle()
    assert ran_by(engine, lambda: numbers.put("a", 3)) == [("parity", "a")]
    assert ran_by(engine, lambda: numbers.put("a", 4)) == [("parity", "a"), ("words", "a")]
    assert dict(words.items()) == {"a": "even", "b": "even"}


def test_none_is_no_row(engine: Engine) -> None:
    numbers: Input[str, int] = engine.input("numbers")
    positive = engine.map("positive", numbers, lambda read, key, n: n if n > 0 else None)
    numbers.put("a", 1)
    engine.settle()
    numbers.put("a", -1)
    engine.settle()
    assert "a" not in positive


def test_a_lookup_is_a_dependency_also_of_a_key_that_is_absent(engine: Engine) -> None:
    names: Input[str, str] = engine.input("names")
    ages: Input[str, int] = engine.input("ages")
    lines = engine.map("lines", names, lambda read, key, name: f"{name} {read.get(ages, key)}")
    names.put("a", "Ann")
    names.put("b", "Bob")
    engine.settle()
    assert ran_by(engine, lambda: ages.put("a", 7)) == [("lines", "a")]
    assert lines.get("a") == "Ann 7"
    assert ran_by(engine, lambda: ages.put("z", 7)) == []


def test_a_dependency_that_is_no_longer_read_is_dropped(engine: Engine) -> None:
    which: Input[str, str] = engine.input("which")
    values: Input[str, int] = engine.input("values")
    engine.map("chosen", which, lambda read, key, at: read.get(values, at))
    which.put("a", "x")
    engine.settle()
    which.put("a", "y")
    engine.settle()
    assert ran_by(engine, lambda: values.put("x", 1)) == []
    assert ran_by(engine, lambda: values.put("y", 1)) == [("chosen", "a")]
    assert set(values.readers) == {"y"}


def test_a_computation_that_raises_keeps_its_last_result_and_is_recorded(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    numbers: Input[str, int] = engine.input("numbers")
    inverse = engine.map("inverse", numbers, lambda read, key, n: 12 // n)
    numbers.put("a", 4)
    numbers.put("b", 3)
    engine.settle()
    numbers.put("a", 0)
    numbers.put("b", 6)
    with caplog.at_level(logging.ERROR):
        engine.settle()
    assert dict(inverse.items()) == {"a": 3, "b": 2}
    assert "ZeroDivisionError" in engine.errors["inverse", "a"]
    assert len(caplog.records) == 1
    numbers.put("a", 1)
    engine.settle()
    assert (inverse.get("a"), dict(engine.errors)) == (12, {})


def test_a_failed_task_runs_again_when_what_it_read_changes(engine: Engine) -> None:
    numbers: Input[str, int] = engine.input("numbers")
    divisors: Input[str, int] = engine.input("divisors")
    quotient = engine.map("quotient", numbers, lambda read, key, n: n // (read.get(divisors, "d") or 0))
    numbers.put("a", 12)
    engine.settle()
    assert ("quotient", "a") in engine.errors
    divisors.put("d", 4)
    engine.settle()
    assert (quotient.get("a"), dict(engine.errors)) == (3, {})


def test_the_error_of_a_task_goes_with_its_source(engine: Engine) -> None:
    numbers: Input[str, int] = engine.input("numbers")
    inverse = engine.map("inverse", numbers, lambda read, key, n: 12 // n)
    numbers.put("a", 4)
    engine.settle()
    numbers.put("a", 0)
    engine.settle()
    numbers.delete("a")
    engine.settle()
    assert (len(inverse), dict(engine.errors)) == (0, {})


def test_a_flat_map_makes_and_withdraws_rows(engine: Engine) -> None:
    texts: Input[str, str] = engine.input("texts")
    letters = engine.flat_map("letters", texts, lambda read, key, text: [(c, key) for c in text])
    upper = engine.map("upper", letters, lambda read, key, at: at.upper())
    texts.put("a", "xy")
    engine.settle()
    assert ran_by(engine, lambda: texts.put("a", "yz")) == [("letters", "a"), ("upper", "x"), ("upper", "z")]
    assert dict(upper.items()) == {"y": "A", "z": "A"}


def test_of_two_makers_of_one_row_the_smaller_stands_and_the_other_steps_in(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    texts: Input[str, str] = engine.input("texts")
    letters = engine.flat_map("letters", texts, lambda read, key, text: [(c, key) for c in text])
    for key in "bac":
        texts.put(key, "x")
    with caplog.at_level(logging.WARNING):
        engine.settle()
    assert letters.get("x") == "a"
    assert "both make 'x'" in caplog.text
    texts.delete("a")
    engine.settle()
    assert letters.get("x") == "b"
    texts.put("b", "y")
    texts.delete("c")
    engine.settle()
    assert dict(letters.items()) == {"y": "b"}


def test_of_two_rows_that_one_task_makes_the_first_stands(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    texts: Input[str, str] = engine.input("texts")
    letters = engine.flat_map("letters", texts, lambda read, key, text: [("k", 1), ("k", 2)])
    texts.put("a", "")
    with caplog.at_level(logging.WARNING):
        engine.settle()
    assert letters.get("k") == 1
    assert "twice" in caplog.text


def test_a_generator_that_raises_half_way_changes_nothing(engine: Engine) -> None:
    numbers: Input[str, int] = engine.input("numbers")
    rows = engine.flat_map("rows", numbers, lambda read, key, n: ((i, 6 // (n - i)) for i in range(3)))
    numbers.put("a", 9)
    engine.settle()
    before = dict(rows.items())
    numbers.put("a", 1)
    engine.settle()
    assert dict(rows.items()) == before
    assert ("rows", "a") in engine.errors


def test_a_demand_computes_what_is_wanted_as_long_as_it_is(engine: Engine) -> None:
    facts: Input[str, int] = engine.input("facts")
    scopes = engine.demand("scopes", lambda read, key: f"{key}={read.get(facts, 'f')}")
    shouts = engine.map("shouts", scopes, lambda read, key, text: text.upper())
    facts.put("f", 1)
    engine.settle()
    assert len(scopes) == 0
    scopes.want("a")
    scopes.want("a")
    engine.settle()
    assert shouts.get("a") == "A=1"
    scopes.release("a")
    assert ran_by(engine, lambda: facts.put("f", 2)) == [("scopes", "a"), ("shouts", "a")]
    scopes.release("a")
    engine.settle()
    assert (len(scopes), len(shouts), facts.readers) == (0, 0, {})
    with pytest.raises(KeyError):
        scopes.release("a")


def test_events_tell_what_ran_and_why(engine: Engine) -> None:
    numbers: Input[str, int] = engine.input("numbers")
    engine.map("parity", numbers, lambda read, key, n: n % 2)
    numbers.put("a", 1)
    engine.settle()
    numbers.put("a", 3)
    engine.settle()
    assert engine.events == [
        Event(0, "numbers", "a", "changed", None),
        Event(1, "parity", "a", "run", ("numbers", "a")),
        Event(2, "parity", "a", "changed", ("parity", "a")),
        Event(3, "numbers", "a", "changed", None),
        Event(4, "parity", "a", "run", ("numbers", "a")),
        Event(5, "parity", "a", "same", ("numbers", "a")),
    ]
