"""Label selectors: every pair must be there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lateen.base.selectors import matches

LABELS = st.dictionaries(st.sampled_from("abcd"), st.sampled_from("123"))


@pytest.mark.parametrize(
    ("selector", "labels", "matched"),
    [
        ({}, {}, True),
        ({}, {"app": "a"}, True),
        ({"app": "a"}, {"app": "a", "version": "v1"}, True),
        ({"app": "a", "version": "v1"}, {"app": "a"}, False),
        ({"app": "a"}, {"app": "b"}, False),
        ({"app": ""}, {}, False),
    ],
)
def test_a_selector_matches_labels_that_hold_all_of_it(
    selector: dict[str, str], labels: dict[str, str], matched: bool
) -> None:
    assert matches(selector, labels) is matched


@given(LABELS, LABELS)
def test_a_selector_matches_exactly_what_adds_nothing_new(selector: dict[str, str], labels: dict[str, str]) -> None:
    assert matches(selector, labels) is ({**labels, **selector} == labels)
