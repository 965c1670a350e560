from lateen.kinds.all import by_kind
from lateen.kinds.decode import check, decode

META = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x", "namespace": "n"}}


def test_values_are_decoded_and_plain_text_wins():
    model = decode({**META, "data": {"a": "aGk=", "b": "aGk="}, "stringData": {"b": "plain"}}).model
    assert (model.value("a"), model.value("b"), model.value("c")) == (b"hi", b"plain", None)


def test_no_value_is_ever_printed():
    found = decode({**META, "data": {"password": "c2VjcmV0"}})
    assert "c2VjcmV0" not in repr(found.model)
    assert "password" not in repr(found.model)


def test_faults_do_not_tell_values():
    found = check({**META, "data": {"a": "not base64!"}, "stringData": {"c d": "hidden"}})
    found += check({**META, "data": {"b": 12345}})
    assert [fault.path for fault in found] == ['stringData["c d"]', "data.a", "data.b"]
    assert not any(word in str(fault) for fault in found for word in ("not base64!", "12345", "hidden"))


def test_its_keys_are_counted():
    assert by_kind("Secret").columns[1].text({"data": {"a": ""}, "stringData": {"a": "", "b": ""}}) == "2"
