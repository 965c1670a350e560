from lateen.apiserver.status import conflict, fault_causes, forbidden, invalid, not_found, success
from lateen.base.errors import Fault


def test_messages_are_kubernetes_own() -> None:
    assert str(not_found("", "pods", "a")) == 'pods "a" not found'
    assert str(not_found("apps", "deployments", "a")) == 'deployments.apps "a" not found'
    assert str(forbidden("", "pods", "", "no")) == "pods is forbidden: no"
    assert str(conflict("", "pods", "a", "it changed")) == ('Operation cannot be fulfilled on pods "a": it changed')


def test_a_status_carries_code_reason_and_details() -> None:
    status = not_found("apps", "deployments", "a").status()
    assert (status["kind"], status["status"], status["code"], status["reason"]) == (
        "Status",
        "Failure",
        404,
        "NotFound",
    )
    assert status["details"] == {"name": "a", "group": "apps", "kind": "deployments"}


def test_every_fault_is_a_cause_and_warnings_are_none() -> None:
    faults = [
        Fault("spec.a", "is bad", "fix it"),
        Fault("spec.b", "is odd", severity="warning"),
        Fault("", "all wrong"),
    ]
    causes = fault_causes(faults)
    assert [cause["field"] for cause in causes] == ["spec.a", ""]
    refusal = invalid("g", "K", "n", causes)
    assert refusal.code == 422 and str(refusal) == 'K.g "n" is invalid: [spec.a: is bad (fix it), all wrong]'


def test_success_tells_what_is_gone() -> None:
    assert success({"name": "a"})["status"] == "Success"
