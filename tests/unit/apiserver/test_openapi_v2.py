import json

from lateen.apiserver.openapi_v2 import JSON, PROTOBUF, document


def test_the_document_describes_nothing_in_json() -> None:
    body, media = document("application/json")
    assert media == JSON
    assert json.loads(body)["swagger"] == "2.0" and json.loads(body)["paths"] == {}


def test_the_document_is_protobuf_for_kubectl() -> None:
    body, media = document("application/com.github.proto-openapi.spec.v2@v1.0+protobuf")
    assert media == PROTOBUF
    assert body == b"\x0a\x032.0\x12\x15\x0a\x0aKubernetes\x12\x07v1.32.0"
