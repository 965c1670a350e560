from lateen.kinds.all import by_kind
from lateen.kinds.decode import check

META = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}


def test_keys_are_files_and_stand_once():
    assert check({**META, "data": {"a.yaml": "x"}, "binaryData": {"b": "eA=="}}) == []
    found = check({**META, "data": {"a b": "x", "c": ""}, "binaryData": {"c": ""}})
    assert [fault.path for fault in found] == ['data["a b"]', "binaryData"]


def test_its_keys_are_counted():
    column = by_kind("ConfigMap").columns[0]
    assert column.text({"data": {"a": "", "b": ""}, "binaryData": None}) == "2"
