import pytest

RULES = [{"backendRefs": [{"name": "a", "port": 80}]}]


@pytest.mark.parametrize(
    ("hosts", "expected"), [(["*.a.com"], []), (["1.2.3.4"], ["spec.hostnames[0]"]), ([], ["spec.hostnames"])]
)
def test_it_is_for_names(paths, hosts, expected):
    assert paths("TLSRoute", {"hostnames": hosts, "rules": RULES}) == expected
