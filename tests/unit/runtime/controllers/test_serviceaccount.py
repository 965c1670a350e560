from apiservers import NAMESPACE

from lateen.base.refs import Key
from lateen.kinds.all import by_kind

ACCOUNT = by_kind("ServiceAccount")


async def test_every_namespace_has_its_default_account(plane):
    await plane.admin.create(NAMESPACE, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    key = Key("shop", "default")
    await plane.until(lambda: plane.mirror.get("ServiceAccount", key), "the account")
    first = plane.mirror.get("ServiceAccount", key)["metadata"]["uid"]
    await plane.admin.delete(ACCOUNT, key)

    def again():
        made = plane.mirror.get("ServiceAccount", key)
        return made and made["metadata"]["uid"] != first

    await plane.until(again, "another one")
