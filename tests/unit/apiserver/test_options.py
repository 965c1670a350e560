import pytest

from lateen.apiserver.options import OF_METHOD, forbidden_option, unsupported
from lateen.apiserver.status import Refusal


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (forbidden_option("PatchOptions", "force", "may not be specified"), "FieldValueForbidden"),
        (unsupported("PatchOptions", "force", "Some", "All"), "FieldValueNotSupported"),
    ],
)
def test_an_option_is_refused_by_name(refusal: Refusal, reason: str) -> None:
    status = refusal.status()
    assert (status["code"], status["reason"], status["details"]["kind"]) == (422, "Invalid", "PatchOptions")
    [cause] = status["details"]["causes"]
    assert (cause["reason"], cause["field"]) == (reason, "force")


def test_every_write_has_its_options() -> None:
    assert set(OF_METHOD) == {"POST", "PUT", "PATCH", "DELETE"}
