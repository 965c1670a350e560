"""What a computation may look at."""

from typing import Any

import pytest

from lateen.reactive import Engine, Input, OutOfOrder, Read


@pytest.fixture
def engine() -> Engine:
    return Engine()


def test_all_gives_every_row_in_order_and_depends_on_each(engine: Engine) -> None:
    numbers: Input[int, int] = engine.input("numbers")
    asks: Input[str, int] = engine.input("asks")
    lists = engine.map("lists", asks, lambda read, key, _: tuple(read.all(numbers).items()))
    asks.put("a", 1)
    numbers.put(2, 20)
    numbers.put(1, 10)
    engine.settle()
    assert lists.get("a") == ((1, 10), (2, 20))
    numbers.put(1, 11)
    numbers.delete(2)
    engine.settle()
    assert lists.get("a") == ((1, 11),)


def test_reading_what_comes_later_is_refused(engine: Engine) -> None:
    numbers: Input[int, int] = engine.input("numbers")
    early = engine.map("early", numbers, lambda read, key, n: read.get(late, key))
    own: Any = engine.map("own", numbers, lambda read, key, n: read.get(own, key))
    late: Any = engine.map("late", early, lambda read, key, n: n)
    index = engine.index("index", late, lambda key, n: [n])
    engine.map("finds", numbers, lambda read, key, n: len(read.find(index, key)))
    numbers.put(1, 1)
    engine.settle()
    assert "early reads late, which does not come before it" in engine.errors["early", 1]
    assert "own reads own" in engine.errors["own", 1]
    assert ("finds", 1) not in engine.errors


def test_reading_after_the_run_has_ended_is_refused(engine: Engine) -> None:
    numbers: Input[int, int] = engine.input("numbers")
    kept: list[Read] = []
    engine.map("keeper", numbers, lambda read, key, n: kept.append(read))
    numbers.put(1, 1)
    engine.settle()
    with pytest.raises(OutOfOrder, match="after its computation had ended"):
        kept[0].get(numbers, 1)
