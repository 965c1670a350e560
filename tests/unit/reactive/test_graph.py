"""The debug picture of a street of collections."""

import json

from lateen.reactive import Engine, Input


def test_the_graph_tells_sources_reads_sizes_and_counts() -> None:
    engine = Engine()
    numbers: Input[str, int] = engine.input("numbers")
    facts: Input[str, int] = engine.input("facts")
    engine.index("by parity", numbers, lambda key, n: [n % 2])
    engine.map("inverse", numbers, lambda read, key, n: (read.get(facts, "f") or 12) // n)
    numbers.put("a", 1)
    numbers.put("b", 0)
    engine.settle()
    numbers.put("a", 2)
    graph = engine.graph()
    assert json.loads(json.dumps(graph)) == graph
    assert graph["collections"] == [
        {
            "name": "numbers",
            "shape": "input",
            "size": 2,
            "changes": 3,
            "indexes": {"by parity": 1},
            "errors": 0,
        },
        {"name": "facts", "shape": "input", "size": 0, "changes": 0, "indexes": {}, "errors": 0},
        {
            "name": "inverse",
            "shape": "map",
            "size": 1,
            "changes": 1,
            "indexes": {},
            "inputs": ["numbers"],
            "reads": ["facts"],
            "runs": 2,
            "dirty": 1,
            "errors": 1,
        },
    ]
