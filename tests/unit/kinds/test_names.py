import pytest

from lateen.kinds.names import (
    is_any_case_label,
    is_label,
    is_label_key,
    is_label_value,
    is_path_segment,
    is_subdomain,
)


@pytest.mark.parametrize(("text", "yes"), [("a", 1), ("a-1", 1), ("A", 0), ("", 0), ("-a", 0), ("a" * 64, 0)])
def test_labels(text, yes):
    assert is_label(text) == bool(yes)


def test_some_labels_may_be_upper_case():
    assert is_any_case_label("Henry")
    assert not is_any_case_label("a_b")


@pytest.mark.parametrize(("text", "yes"), [("a.b", 1), ("a..b", 0), ("a_b", 0), ("a" * 253, 1), ("a" * 254, 0)])
def test_subdomains(text, yes):
    assert is_subdomain(text) == bool(yes)


@pytest.mark.parametrize(("text", "yes"), [("system:a B", 1), ("", 0), (".", 0), ("..", 0), ("a/b", 0), ("a%b", 0)])
def test_segments_of_a_path(text, yes):
    assert is_path_segment(text) == bool(yes)


@pytest.mark.parametrize(
    ("text", "yes"), [("app", 1), ("k8s.io/app", 1), ("/app", 0), ("a/", 0), ("K8S/app", 0), ("a_b.C", 1)]
)
def test_label_keys(text, yes):
    assert is_label_key(text) == bool(yes)


@pytest.mark.parametrize(("text", "yes"), [("", 1), ("v1.0_x", 1), ("a ", 0), (".a", 0)])
def test_label_values(text, yes):
    assert is_label_value(text) == bool(yes)
