import pytest


@pytest.mark.parametrize("host", ["reviews", "reviews.prod.svc.cluster.local", "*.example.com", "*-foo.baz"])
def test_names_and_wildcards_are_destinations(http_errors, host):
    assert http_errors(route=[{"destination": {"host": host, "subset": "v1", "port": {"number": 80}}}]) == []


@pytest.mark.parametrize("host", ["", "*", "foo.*", "a b"])
def test_what_is_no_host_is_refused(http_errors, host):
    assert http_errors(route=[{"destination": {"host": host}}]) == ["route[0].destination.host"]


def test_subset_and_port_are_checked(http_errors):
    found = http_errors(route=[{"destination": {"host": "x", "subset": "v 1", "port": {"number": 0}}}])
    assert found == ["route[0].destination.subset", "route[0].destination.port.number"]
