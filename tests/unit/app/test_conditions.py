from lateen.app import conditions
from lateen.base.errors import Fault

FAULTS = [Fault("spec.host", "is required"), Fault("spec.a", "odd", severity="warning"), Fault("spec.b", "no")]


def test_a_status_says_each_severity_once_in_the_words_of_istios_analysis() -> None:
    status = conditions.status_of(3, [conditions.refused(3, FAULTS)], FAULTS)
    assert status["observedGeneration"] == 3
    assert [(each["level"], each["type"]["code"]) for each in status["validationMessages"]] == [
        ("ERROR", "IST0106"),
        ("WARNING", "IST0133"),
    ]
    assert status["conditions"][0]["message"] == "spec.host: is required; spec.a: odd; spec.b: no"


def test_nothing_found_is_not_mentioned() -> None:
    status = conditions.status_of(1, [conditions.accepted(1, ()), conditions.reconciled(1)], ())
    assert "validationMessages" not in status
    assert {(each["type"], each["status"], each["observedGeneration"]) for each in status["conditions"]} == {
        ("Accepted", "True", 1),
        ("Reconciled", "True", 1),
    }


def test_what_is_not_reconciled_says_why() -> None:
    found = [conditions.waiting(1, 2, 9, ["a.n", "b.n"]), conditions.not_in_force(1), conditions.not_read(1, "Sidecar")]
    assert [each["status"] for each in found] == ["False", "False", "Unknown"]
    assert "2 of 9" in found[0]["message"] and "a.n, b.n" in found[0]["message"] and "Sidecar" in found[2]["message"]


def test_a_long_message_is_cut() -> None:
    message = conditions.refused(1, FAULTS * 100)["message"]
    assert len(message) == conditions.LONGEST and message.endswith("…")
