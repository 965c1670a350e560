import pytest

from lateen.kinds.urls import url_faults


def found(text, *schemes):
    return list(url_faults("u", text, schemes or ("http", "https")))


@pytest.mark.parametrize("text", ["http://a", "https://a.b:8443/c?d=e", "http://[::1]:80/", "https://user@host/x"])
def test_urls_are_accepted(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "text", ["foo.com", "ftp://a", "http://", "http://a:x/", "http://a:70000", "http://a:0/", "//a", "http:a", ""]
)
def test_what_is_no_url_of_the_schemes_is_refused(text):
    assert [fault.path for fault in found(text)] == ["u"]


def test_a_file_has_no_host():
    assert found("file:///opt/x.wasm", "file") == []
