import pytest

from lateen.analysis.finding import Finding
from lateen.analysis.resource import Resource
from lateen.analysis.suppression import ANNOTATION, Suppression, told
from lateen.base.errors import LateenError


def finding(annotation: str = "") -> Finding:
    meta = {"name": "g", "namespace": "shop", "annotations": {ANNOTATION: annotation}}
    return Finding("IST0101", Resource({"kind": "Gateway", "metadata": meta}), ("selector", "a=b"))


@pytest.mark.parametrize("text", ["IST0101=Gateway g.shop", "IST0101=Gateway *", "*=Gateway g.*"])
def test_what_is_suppressed_is_not_told(text: str) -> None:
    assert told([finding()], [Suppression.parse(text)]) == []


def test_other_codes_and_objects_are_told() -> None:
    for text in ("IST0102=Gateway g.shop", "IST0101=Gateway h.shop"):
        assert len(told([finding()], [Suppression.parse(text)])) == 1


def test_an_object_can_suppress_by_itself() -> None:
    assert told([finding("IST0101, IST0102")], []) == told([finding("*")], []) == []


def test_what_is_no_suppression_is_refused() -> None:
    with pytest.raises(LateenError, match="is not a suppression"):
        Suppression.parse("IST0101")
