import msgspec

from lateen.sources.api_error import api_error, status_error


def test_a_status_becomes_an_error_with_its_parts() -> None:
    status = {"kind": "Status", "code": 409, "reason": "Conflict", "message": "no", "details": {"name": "a"}}
    error = api_error(409, msgspec.json.encode(status))
    assert (error.code, error.reason, str(error), error.details) == (409, "Conflict", "no", {"name": "a"})


def test_what_is_no_status_is_the_message() -> None:
    assert str(api_error(502, b"bad gateway\n")) == "bad gateway"
    assert str(api_error(502, b"")) == "the server answered 502 without a body"
    assert api_error(502, b"[1]").code == 502


def test_gone_is_a_410_or_expired() -> None:
    assert status_error({"code": 410}).gone and status_error({"reason": "Expired", "code": 500}).gone
    assert not status_error({"code": 404}).gone
