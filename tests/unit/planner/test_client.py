from lateen.planner.client import meant
from lateen.registry.service import Service


def declared(namespace: str, **facts: object) -> Service:
    return Service(host="db.x", namespace=namespace, name="db", ports=(), **facts)


def test_the_own_namespaces_declaration_comes_before_all_others():
    assert meant([declared("a"), declared("b")], "b").namespace == "b"
    assert meant([declared("a"), declared("b")], "c").namespace == "a"


def test_what_is_not_exported_here_is_not_seen():
    hidden = declared("a", export_to=("a",))
    assert meant([hidden], "b") is None
    assert meant([hidden, declared("c")], "b").namespace == "c"
    assert meant([hidden], "a") is hidden
