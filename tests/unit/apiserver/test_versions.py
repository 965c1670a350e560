import pytest

from lateen.apiserver.status import Refusal
from lateen.apiserver.versions import counts_generations, has_scale, has_status, same_wish, served_form, stored_form
from lateen.kinds.all import by_kind

VS = by_kind("VirtualService")


def test_objects_are_stored_in_the_preferred_version_and_served_in_any() -> None:
    stored = stored_form({"apiVersion": "networking.istio.io/v1beta1", "kind": "VirtualService"}, VS, "v1beta1")
    assert stored["apiVersion"] == "networking.istio.io/v1"
    assert served_form(stored, VS, "v1alpha3")["apiVersion"] == "networking.istio.io/v1alpha3"
    assert served_form(stored, VS, "v1") is stored


@pytest.mark.parametrize("named", [{"kind": "Gateway"}, {"apiVersion": "networking.istio.io/v1beta1"}])
def test_a_body_of_another_kind_or_version_is_a_400(named: dict[str, str]) -> None:
    with pytest.raises(Refusal) as refused:
        stored_form(named, VS, "v1")
    assert refused.value.code == 400


def test_a_body_may_leave_kind_and_version_to_the_url() -> None:
    assert stored_form({}, VS, "v1") == {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService"}


def test_traits_of_kinds() -> None:
    assert has_status(by_kind("Pod")) and has_status(VS) and not has_status(by_kind("ConfigMap"))
    assert has_scale(by_kind("Deployment")) and not has_scale(VS)
    assert counts_generations(VS) and not counts_generations(by_kind("Service"))


def test_metadata_and_status_are_no_wish() -> None:
    assert same_wish({"metadata": 1, "status": 1, "spec": 1}, {"metadata": 2, "spec": 1})
    assert not same_wish({"spec": 1}, {"spec": 2})
