from lateen.reactive import Engine
from lateen.reactive.gather import group, union


def test_a_union_has_the_rows_of_all_sources_and_the_earlier_wins():
    engine = Engine()
    left, right = engine.input("left"), engine.input("right")
    both = union(engine, "both", left, right)
    left.put("a", 1)
    right.put("a", 2)
    right.put("b", 3)
    engine.settle()
    assert dict(both.items()) == {"a": 1, "b": 3}
    left.delete("a")
    engine.settle()
    assert dict(both.items()) == {"a": 2, "b": 3}


def test_a_union_takes_rows_that_are_there_already():
    engine = Engine()
    left = engine.input("left")
    left.put("a", 1)
    both = union(engine, "both", left)
    engine.settle()
    assert both.get("a") == 1


def test_a_group_has_one_row_per_bucket_and_loses_it_with_the_last_member():
    engine = Engine()
    numbers = engine.input("numbers")
    odd = engine.index("odd", numbers, lambda key, value: (value % 2,))
    sums = group(engine, "sums", odd, lambda read, key, rows: sum(rows.values()))
    for key, value in {"a": 1, "b": 2, "c": 3}.items():
        numbers.put(key, value)
    engine.settle()
    assert dict(sums.items()) == {1: 4, 0: 2}
    numbers.put("b", 5)
    engine.settle()
    assert dict(sums.items()) == {1: 9}


def test_a_change_runs_only_the_groups_it_is_in():
    engine = Engine()
    numbers = engine.input("numbers")
    for key in range(10):
        numbers.put(key, key)
    tens = engine.index("tens", numbers, lambda key, value: (key // 5,))
    group(engine, "sums", tens, lambda read, key, rows: sum(rows.values()))
    engine.settle()
    since = engine.events[-1].sequence + 1
    numbers.put(7, 70)
    engine.settle()
    assert engine.ran(since) == [("sums", 1)]


def test_an_equal_group_stops_the_change():
    engine = Engine()
    numbers = engine.input("numbers")
    numbers.put("a", 1)
    numbers.put("b", 2)
    all_of_them = engine.index("all", numbers, lambda key, value: ("",))
    largest = group(engine, "largest", all_of_them, lambda read, key, rows: max(rows.values()))
    heard = []
    largest.subscribe(heard.append)
    engine.settle()
    numbers.put("a", 0)
    engine.settle()
    assert heard == [{"": 2}]
