"""Which tasks a changed row marks."""

import pytest

from lateen.reactive import Engine, Input


@pytest.fixture
def engine() -> Engine:
    return Engine(events=100_000)


def test_a_map_built_late_computes_what_is_there(engine: Engine) -> None:
    numbers: Input[str, int] = engine.input("numbers")
    numbers.put("a", 1)
    doubled = engine.map("doubled", numbers, lambda read, key, n: n * 2)
    engine.settle()
    assert doubled.get("a") == 2


def test_a_changed_row_runs_its_pairs_and_no_others(engine: Engine) -> None:
    left: Input[str, int] = engine.input("left")
    right: Input[int, int] = engine.input("right")
    sums = engine.product("sums", left, right, lambda read, lk, lv, rk, rv: lv + rv)
    for key in "abc":
        left.put(key, 1)
    for number in range(4):
        right.put(number, number)
    engine.settle()
    start = engine.events[-1].sequence + 1
    left.put("b", 10)
    engine.settle()
    assert sorted(engine.ran(start)) == [("sums", ("b", number)) for number in range(4)]
    start = engine.events[-1].sequence + 1
    right.put(2, 20)
    engine.settle()
    assert sorted(engine.ran(start)) == [("sums", (key, 2)) for key in "abc"]
    assert sums.get(("b", 2)) == 30


def test_pairs_go_when_both_rows_leave_at_once(engine: Engine) -> None:
    left: Input[str, int] = engine.input("left")
    right: Input[int, int] = engine.input("right")
    sums = engine.product("sums", left, right, lambda read, lk, lv, rk, rv: lv + rv)
    left.put("a", 1)
    right.put(1, 1)
    engine.settle()
    left.delete("a")
    right.delete(1)
    engine.settle()
    assert len(sums) == 0


def test_a_flat_product_makes_rows_under_keys_of_its_own(engine: Engine) -> None:
    scopes = engine.demand("scopes", lambda read, key: key.upper())
    services: Input[str, int] = engine.input("services")
    rows = engine.product_flat(
        "rows", scopes, services, lambda read, scope, name, service, port: [((name, port), service)]
    )
    services.put("web", 80)
    engine.settle()
    assert len(rows) == 0
    scopes.want("ns")
    engine.settle()
    assert dict(rows.items()) == {("NS", 80): "web"}
    scopes.release("ns")
    engine.settle()
    assert len(rows) == 0


def test_in_a_product_with_itself_a_row_is_its_own_pair_and_goes(engine: Engine) -> None:
    numbers: Input[str, int] = engine.input("numbers")
    sums = engine.product("sums", numbers, numbers, lambda read, lk, lv, rk, rv: lv + rv)
    numbers.put("a", 1)
    engine.settle()
    assert dict(sums.items()) == {("a", "a"): 2}
    numbers.delete("a")
    engine.settle()
    assert len(sums) == 0
