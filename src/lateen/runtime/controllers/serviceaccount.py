"""Give every namespace the ServiceAccount `default`, which its pods use when they name no other."""

from lateen.base.refs import Key
from lateen.runtime.controllers.controller import Controller
from lateen.runtime.mirror import Mirror, key_of
from lateen.sources.client import ApiError

NAME = "default"


async def reconcile(key: Key, mirror: Mirror) -> None:
    """Make it when it is not there."""
    namespace = mirror.get("Namespace", key)
    if namespace is None or "deletionTimestamp" in namespace["metadata"]:
        return
    account = Key(key.name, NAME)
    if mirror.get("ServiceAccount", account) is not None:
        return
    metadata = {"name": NAME, "namespace": key.name}
    try:
        await mirror.create("ServiceAccount", {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})
    except ApiError as error:
        if error.code != 409:
            raise


SERVICE_ACCOUNTS = Controller(
    "serviceaccount",
    {
        "Namespace": lambda raw, mirror: [key_of(raw)],
        "ServiceAccount": lambda raw, mirror: [Key("", raw["metadata"]["namespace"])],
    },
    reconcile,
)
