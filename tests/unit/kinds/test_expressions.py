import pytest

from lateen.kinds.expressions import expression_faults


@pytest.mark.parametrize(
    "text",
    [
        "response.code >= 400",
        "request.headers['a)b'] == \"c(d\" && [1, 2].exists(x, x == 1)",
        "connection.mtls && request.url_path.contains('it\\'s')",
        '"""a "quote" in it""" == x',
    ],
)
def test_expressions_are_accepted(text):
    assert list(expression_faults("e", text)) == []


@pytest.mark.parametrize("text", ["", "  ", "f(x", "a)", "[1)", "x == 'a", 'y["b]'])
def test_what_cannot_be_an_expression_is_refused(text):
    assert [fault.path for fault in expression_faults("e", text)] == ["e"]
