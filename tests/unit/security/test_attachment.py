import pytest

from lateen.kinds.label_selector import WorkloadSelector
from lateen.kinds.target_ref import PolicyTargetReference
from lateen.security.attachment import GATEWAY_NAME, Attachment, attached, buckets_of

LABELS = {"app": "web", "version": "v1"}


def found(attachment: Attachment, namespace: str, labels: dict[str, str]) -> bool:
    """Whether a workload looks where the policy is, and it is for the workload."""
    places = set(buckets_of(namespace, "root", labels))
    return bool(places & set(attachment.buckets)) and attachment.is_for(namespace, labels)


@pytest.mark.parametrize(
    ("attachment", "own", "other"),
    [
        (Attachment(namespace="shop"), True, False),
        (Attachment(namespace="root"), True, True),
        (Attachment(namespace="shop", selector={"app": "web"}), True, False),
        (Attachment(namespace="root", selector={"app": "web"}), True, True),
        (Attachment(namespace="shop", selector={"app": "web", "version": "v2"}), False, False),
    ],
)
def test_a_policy_is_for_its_namespace_or_the_mesh_and_for_those_it_selects(
    attachment: Attachment, own: bool, other: bool
) -> None:
    assert (found(attachment, "shop", LABELS), found(attachment, "bank", LABELS)) == (own, other)


def test_a_gateways_policy_is_for_its_proxies_in_its_namespace() -> None:
    attachment = attached("shop", None, [None, PolicyTargetReference(kind="Gateway", name="edge")])
    assert attachment is not None and attachment.labels == (GATEWAY_NAME,)
    assert found(attachment, "shop", {GATEWAY_NAME: "edge"})
    assert not found(attachment, "shop", {GATEWAY_NAME: "other"}) and not found(attachment, "shop", LABELS)
    assert not found(attachment, "bank", {GATEWAY_NAME: "edge"})


def test_what_is_attached_to_a_service_is_a_waypoints() -> None:
    assert attached("shop", None, [PolicyTargetReference(kind="Service", name="web")]) is None


def test_labels_tell_whom_it_is_for() -> None:
    attachment = attached("shop", WorkloadSelector(match_labels=LABELS), [])
    assert attachment is not None and attachment.labels == ("app", "version")
