import base64

import pytest

ROUTE = [{"destination": {"host": "x"}}]


@pytest.mark.parametrize(
    "redirect",
    [{"uri": "/a"}, {"authority": "b", "redirectCode": 308}, {"scheme": "https"}, {"prefixRewrite": "/"}, {"port": 1}],
)
def test_any_part_can_be_redirected(http_errors, redirect):
    assert http_errors(redirect=redirect) == []


@pytest.mark.parametrize(
    ("redirect", "path"),
    [
        ({}, "redirect"),
        ({"uri": "/a", "prefixRewrite": "/b"}, "redirect.prefixRewrite"),
        ({"uri": "/a", "redirectCode": 200}, "redirect.redirectCode"),
        ({"scheme": "ftp"}, "redirect.scheme"),
        ({"port": 80, "derivePort": "FROM_REQUEST_PORT"}, "redirect.derivePort"),
        ({"uri": "/", "port": 70000}, "redirect.port"),
    ],
)
def test_faults_of_a_redirect(http_errors, redirect, path):
    assert http_errors(redirect=redirect) == [path]


def test_an_answer_has_a_status_and_at_most_one_mebibyte(http_errors, http_warnings):
    assert http_errors(directResponse={"status": 200, "body": {"string": "ok"}}) == []
    assert http_errors(directResponse={"status": 199}) == ["directResponse.status"]
    assert http_errors(directResponse={"status": 200, "body": {"string": "a" * 2**21}}) == ["directResponse.body"]
    assert http_errors(directResponse={"status": 200, "body": {"bytes": "?"}}) == ["directResponse.body.bytes"]
    assert http_errors(directResponse={"status": 200, "body": {"bytes": "", "string": ""}}) == ["directResponse.body"]
    large = base64.b64encode(b"x" * 110_000).decode()
    assert http_warnings(directResponse={"status": 200, "body": {"bytes": large}}) == ["directResponse.body"]


@pytest.mark.parametrize(
    ("rewrite", "paths"),
    [
        ({"uri": "/a"}, []),
        ({"uriRegexRewrite": {"match": "^/a", "rewrite": "/b"}}, []),
        ({}, ["rewrite"]),
        ({"uri": "/a", "uriRegexRewrite": {"match": "a", "rewrite": "b"}}, ["rewrite.uriRegexRewrite"]),
        ({"uriRegexRewrite": {"match": "[", "rewrite": "b"}}, ["rewrite.uriRegexRewrite.match"]),
        ({"uriRegexRewrite": {}}, ["rewrite.uriRegexRewrite.match", "rewrite.uriRegexRewrite.rewrite"]),
    ],
)
def test_rewrites(http_errors, rewrite, paths):
    assert http_errors(route=ROUTE, rewrite=rewrite) == paths


def test_a_delegate_is_named(http_errors):
    assert http_errors(delegate={"name": "x", "namespace": "y"}) == []
    assert http_errors(delegate={"namespace": "Y"}) == ["delegate.name", "delegate.namespace"]
