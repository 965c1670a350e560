from typing import Any

import pytest
from apiservers import POD, WRITE, Served, default, pod
from cryptography.hazmat.primitives.asymmetric import ec

from lateen.apiserver.accounts import Tokens
from lateen.apiserver.objects import Objects
from lateen.apiserver.status import Refusal
from lateen.apiserver.tokens import TokenKey
from lateen.apiserver.user import MASTERS, NODES, User
from lateen.base.clock import FakeClock
from lateen.kinds.all import by_kind
from lateen.sources.client import ApiError

KEY = TokenKey(ec.generate_private_key(ec.SECP256R1()))
ADMIN, NODE = User("admin", (MASTERS,)), User("system:node:node0", (NODES,))


@pytest.fixture
def tokens(objects: Objects, clock: FakeClock) -> Tokens:
    return Tokens(KEY, objects.find, clock)


def request(pod_name: str = "", uid: str = "", **spec: Any) -> dict[str, Any]:
    bound = {"boundObjectRef": {"kind": "Pod", "apiVersion": "v1", "name": pod_name, "uid": uid}} if pod_name else {}
    return {"spec": {"audiences": ["istio-ca"]} | bound | spec}


def test_a_pods_token_names_pod_node_and_account(tokens: Tokens, objects: Objects, clock: FakeClock) -> None:
    uid = objects.create(POD, "default", pod("a"), WRITE)["metadata"]["uid"]
    answer = tokens.issue(NODE, default("default"), request("a", uid))
    subject = KEY.verify(answer["status"]["token"], clock.now()).subject
    assert subject.pod == ("a", uid) and subject.node is not None and subject.node.name == "node0"
    assert answer["spec"]["expirationSeconds"] == 3600


def test_a_node_gets_tokens_only_for_its_own_pods(tokens: Tokens, objects: Objects) -> None:
    elsewhere = pod("b")
    elsewhere["spec"]["nodeName"] = "other"
    objects.create(POD, "default", elsewhere, WRITE)
    for asked in (request("b"), request()):
        with pytest.raises(Refusal) as refused:
            tokens.issue(NODE, default("default"), asked)
        assert refused.value.code == 403
    assert tokens.issue(ADMIN, default("default"), request())["status"]["token"]


def test_what_does_not_exist_gets_no_token(tokens: Tokens, objects: Objects) -> None:
    objects.create(POD, "default", pod("a"), WRITE)
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "sa"}}
    objects.create(by_kind("ServiceAccount"), "default", account, WRITE)
    for name, asked, code in [
        ("nobody", request(), 404),
        ("default", request("none"), 404),
        ("default", request("a", "other-uid"), 409),
        ("sa", request("a"), 400),
        ("default", request(expirationSeconds=10), 400),
        ("default", request(boundObjectRef={"kind": "Secret", "name": "s"}), 400),
    ]:
        with pytest.raises(Refusal) as refused:
            tokens.issue(ADMIN, default(name), asked)
        assert refused.value.code == code


async def test_a_token_is_issued_and_reviewed_over_the_api(server: Served) -> None:
    server.objects.create(POD, "default", pod("a"), WRITE)
    async with server.client("node") as node, server.client("istiod") as istiod:
        token = await node.token(default("default"), ("istio-ca",), pod=("a", ""))
        answer = await istiod.review(token, ("istio-ca",))
        assert answer["authenticated"] and answer["user"]["username"] == "system:serviceaccount:default:default"
        assert not (await istiod.review(token, ("other",)))["authenticated"]
        with pytest.raises(ApiError) as refused:
            await istiod.token(default("default"), ())
        assert refused.value.code == 403
