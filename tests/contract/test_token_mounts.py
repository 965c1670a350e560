"""The token of a pod's service account: in which containers it is mounted, as what, and who may decline it."""

from typing import Any

import pytest
from apis import Api
from apiservers import POD

from lateen.kinds.all import by_kind

PLACE = "/var/run/secrets/kubernetes.io/serviceaccount"
ACCOUNT = by_kind("ServiceAccount")


async def made(api: Api, **spec: Any) -> dict[str, Any]:
    """The spec of a new pod."""
    containers = [{"name": "main", "image": "main:1"}, {"name": "other", "image": "other:1"}]
    raw = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": api.namespace},
           "spec": {"containers": containers, **spec}}  # fmt: skip
    found: dict[str, Any] = (await api.client.create(POD, raw))["spec"]
    return found


async def test_every_container_gets_the_same_projected_volume_and_none_is_lost(api: Api) -> None:
    first = {"name": "first", "image": "first:1", "volumeMounts": [{"name": "data", "mountPath": "/data"}]}
    spec = await made(api, initContainers=[first], volumes=[{"name": "data", "emptyDir": {}}])
    data, volume = spec["volumes"]
    assert data == {"name": "data", "emptyDir": {}}
    name = volume.pop("name")
    assert name.startswith("kube-api-access-") and len(name) == len("kube-api-access-") + 5
    assert volume == {
        "projected": {
            "defaultMode": 420,
            "sources": [
                {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
                {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
                {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}]}},
            ],
        }
    }  # fmt: skip
    mount = {"name": name, "readOnly": True, "mountPath": PLACE}
    assert spec["initContainers"][0]["volumeMounts"] == [{"name": "data", "mountPath": "/data"}, mount]
    assert [each["volumeMounts"] for each in spec["containers"]] == [[mount], [mount]]


async def test_a_container_with_something_in_that_place_keeps_it(api: Api) -> None:
    own = {"name": "own", "mountPath": PLACE}
    containers = [{"name": "main", "image": "main:1", "volumeMounts": [own]}, {"name": "other", "image": "other:1"}]
    spec = await made(api, containers=containers, volumes=[{"name": "own", "emptyDir": {}}])
    assert spec["containers"][0]["volumeMounts"] == [own]
    assert spec["containers"][1]["volumeMounts"][0]["mountPath"] == PLACE


@pytest.mark.parametrize(
    ("of_pod", "of_account", "mounted"), [(None, False, False), (True, False, True), (False, None, False)]
)
async def test_the_pods_word_counts_more_than_the_accounts(
    api: Api, of_pod: bool | None, of_account: bool | None, mounted: bool
) -> None:
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "one", "namespace": api.namespace}}
    says = {} if of_account is None else {"automountServiceAccountToken": of_account}
    await api.client.create(ACCOUNT, account | says)
    said = {} if of_pod is None else {"automountServiceAccountToken": of_pod}
    spec = await made(api, serviceAccountName="one", **said)
    assert ("volumes" in spec) is mounted
