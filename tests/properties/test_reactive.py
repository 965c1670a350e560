"""For any street of collections and any changes: incremental = from scratch, one run per change, no leaks."""

import logging
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lateen.reactive import Collection, Demand, Engine, Index, Input, Read
from lateen.reactive.derived import Derived, Many
from lateen.reactive.gather import group, union

KEYS = st.integers(0, 2)
VALUES = st.integers(0, 9)
SHAPES = ("map", "flat_map", "product", "product_flat", "demand", "union", "group")


class Street:
    """Three inputs, and derived collections as a plan says that read earlier ones as their values have it."""

    def __init__(self, plan: list[tuple[str, int, int, int]]) -> None:
        self.engine = Engine(events=100_000)
        self.inputs: list[Input[int, int]] = [self.engine.input(f"input{i}") for i in range(3)]
        self.demands: list[Demand[int, int]] = []
        self.keyed_by_number: list[Collection[Any, int]] = list(self.inputs)
        self.readable: list[Collection[Any, int]] = []
        self.indexes: list[Index[int, Any, int]] = []
        for collection in self.inputs:
            self.open(collection)
        for number, (shape, a, b, seed) in enumerate(plan):
            self.build(f"{shape}{number}", shape, a, b, seed)

    def open(self, collection: Collection[Any, int]) -> None:
        self.readable.append(collection)
        index = self.engine.index(f"{collection.name} by digit", collection, lambda key, n: {n % 3, n % 2})
        self.indexes.append(index)

    def build(self, name: str, shape: str, a: int, b: int, seed: int) -> None:
        engine, sources, look = self.engine, self.keyed_by_number, self.looks(seed)
        left, right = sources[a % len(sources)], sources[b % len(sources)]
        made: Collection[Any, int]

        def one(read: Read, key: Any, n: int) -> int | None:
            total = look(read, n)
            return None if total % 5 == 0 else total

        def many(read: Read, key: Any, n: int) -> list[tuple[int, int]]:
            total = look(read, n)
            return [((total + i) % 4, total + i) for i in range(total % 3)]

        if shape == "map":
            made = engine.map(name, left, one)
        elif shape == "flat_map":
            made = engine.flat_map(name, left, many)
        elif shape == "product":
            made = engine.product(name, left, right, lambda read, lk, lv, rk, rv: one(read, lk, lv + rv))
        elif shape == "product_flat":
            made = engine.product_flat(name, left, right, lambda read, lk, lv, rk, rv: many(read, lk, lv + rv))
        elif shape == "union":
            made = union(engine, name, left, right)
        elif shape == "group":
            index = self.indexes[a % len(self.indexes)]
            made = group(engine, name, index, lambda read, key, rows: one(read, key, sum(rows.values())))
        else:
            made = self.want_some(engine.demand(name, lambda read, key: one(read, key, key)))
        if shape != "product":
            sources.append(made)
        self.open(made)

    def want_some(self, demand: Demand[int, int]) -> Demand[int, int]:
        self.demands.append(demand)
        return demand

    def looks(self, seed: int) -> Callable[[Read, int], int]:
        """Return a look at earlier collections: which ones, and how, depends on the value."""
        readable, indexes = list(self.readable), list(self.indexes)

        def look(read: Read, n: int) -> int:
            at = (seed + n) % len(readable)
            if (seed + n) % 4 == 0:
                return n
            if (seed + n) % 4 == 1:
                return n + (read.get(readable[at], n % 4) or 0)
            if (seed + n) % 4 == 2:
                return n + sum(read.find(indexes[at], n % 3).values())
            return sum(i * value for i, value in enumerate(read.all(readable[at]).values()))

        return look

    def rows(self) -> dict[str, dict[Any, int]]:
        return {name: dict(collection.items()) for name, collection in self.engine.collections.items()}

    def copy_facts_from(self, other: "Street") -> None:
        for mine, theirs in zip(self.inputs, other.inputs, strict=True):
            for key, value in theirs.items():
                mine.put(key, value)
        for wants, wanted in zip(self.demands, other.demands, strict=True):
            for key in wanted.wanted:
                wants.want(key)

    def do(self, change: tuple[str, int, int, int]) -> None:
        what, which, key, value = change
        demand = self.demands[which % len(self.demands)] if self.demands else None
        if what == "put":
            self.inputs[which].put(key, value)
        elif what == "delete":
            self.inputs[which].delete(key)
        elif what == "want" and demand:
            demand.want(key)
        elif what == "release" and demand and key in demand.wanted:
            demand.release(key)
        elif what == "step":
            self.engine.step(value)
        elif what == "settle":
            self.engine.settle()

    def clear(self) -> None:
        for collection in self.inputs:
            for key in list(collection):
                collection.delete(key)
        for demand in self.demands:
            for key in list(demand.wanted.elements() if isinstance(demand.wanted, Counter) else demand.wanted):
                while key in demand.wanted:
                    demand.release(key)
        self.engine.settle()


PLANS = st.lists(
    st.tuples(st.sampled_from(SHAPES), st.integers(0, 9), st.integers(0, 9), st.integers(0, 20)),
    min_size=2,
    max_size=7,
)
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(("put", "put", "put", "delete", "want", "release", "step", "settle")),
        st.integers(0, 2),
        KEYS,
        VALUES,
    ),
    min_size=15,
    max_size=50,
)


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Any:
    logger = logging.getLogger("lateen.reactive")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(level)


@settings(max_examples=200, deadline=None)
@given(PLANS, CHANGES)
def test_the_incremental_result_is_the_one_from_scratch(
    plan: list[tuple[str, int, int, int]], changes: list[tuple[str, int, int, int]]
) -> None:
    street = Street(plan)
    for change in changes:
        street.do(change)
    street.engine.settle()
    fresh = Street(plan)
    fresh.copy_facts_from(street)
    fresh.engine.settle()
    assert street.engine.errors == {}
    assert street.rows() == fresh.rows()


@settings(max_examples=100, deadline=None)
@given(PLANS, CHANGES)
def test_no_task_runs_twice_in_one_settling(
    plan: list[tuple[str, int, int, int]], changes: list[tuple[str, int, int, int]]
) -> None:
    street = Street(plan)
    for change in changes:
        if change[0] != "step":
            street.do(change)
        start = street.engine.events[-1].sequence + 1 if street.engine.events else 0
        street.engine.settle()
        ran = Counter(street.engine.ran(start))
        assert all(times == 1 for times in ran.values())


@settings(max_examples=100, deadline=None)
@given(PLANS, CHANGES)
def test_nothing_is_kept_for_what_is_gone(
    plan: list[tuple[str, int, int, int]], changes: list[tuple[str, int, int, int]]
) -> None:
    street = Street(plan)
    for change in changes:
        street.do(change)
    street.clear()
    for collection in street.engine.collections.values():
        assert (dict(collection.items()), collection.readers) == ({}, {})
        for index in collection.indexes:
            assert (index.buckets, index.readers) == ({}, {})
        if isinstance(collection, Derived):
            assert (collection.dirty, collection.reads) == ({}, {})
        if isinstance(collection, Many):
            assert (collection.made, collection.claims) == ({}, {})


@settings(max_examples=100, deadline=None)
@given(PLANS, CHANGES)
def test_a_subscriber_that_applies_what_it_is_told_holds_the_same_rows(
    plan: list[tuple[str, int, int, int]], changes: list[tuple[str, int, int, int]]
) -> None:
    street = Street(plan)
    mirrors: dict[str, dict[Any, int]] = {}
    for name, collection in street.engine.collections.items():
        mirror: dict[Any, int] = mirrors.setdefault(name, {})

        def apply(changed: Any, mirror: dict[Any, int] = mirror) -> None:
            for key, value in changed.items():
                assert mirror.get(key) != value
                if value is None:
                    del mirror[key]
                else:
                    mirror[key] = value

        collection.subscribe(apply)
    for change in changes:
        street.do(change)
    street.engine.settle()
    assert mirrors == street.rows()
