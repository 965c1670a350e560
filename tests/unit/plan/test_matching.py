import re2
from hypothesis import given
from hypothesis import strategies as st

from lateen.plan.matching import escape


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20))
def test_escaped_text_matches_itself_alone(text):
    assert re2.fullmatch(escape(text), text)
    assert not re2.fullmatch(escape(text), text + "x")
