import msgspec
import pytest
from apiservers import config_map

from lateen.apiserver.forms import Page
from lateen.apiserver.listing import list_page
from lateen.apiserver.selectors import Selector, parse_selector
from lateen.apiserver.status import Refusal
from lateen.apiserver.storage import Storage
from lateen.base.refs import Key


def fill(storage: Storage, count: int) -> None:
    for number in range(count):
        raw = config_map(f"c{number:02}", labels={"even": str(number % 2 == 0)})
        storage.put("configmaps", Key("default", raw["metadata"]["name"]), raw)


def pages(storage: Storage, limit: int, selector: Selector, disturb: bool = False) -> list[Page]:
    found, query = list[Page](), {"limit": str(limit)}
    while True:
        found.append(list_page(storage, "configmaps", "", selector, query))
        if disturb:
            storage.delete("configmaps", Key("default", "c05"), config_map("c05"))
            storage.put("configmaps", Key("default", "c06a"), config_map("c06a"))
        if not found[-1].next:
            return found
        query["continue"] = found[-1].next


def names(found: list[Page]) -> list[str]:
    return [msgspec.json.decode(body)["metadata"]["name"] for page in found for body in page.bodies]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8, 100])
def test_pages_add_up_to_the_list(storage: Storage, limit: int) -> None:
    fill(storage, 7)
    found = pages(storage, limit, Selector())
    assert names(found) == [f"c{number:02}" for number in range(7)]
    assert all(len(page.bodies) <= limit for page in found)
    assert found[0].remaining == max(0, 7 - limit)


@pytest.mark.parametrize("limit", [1, 2, 4, 5])
def test_pages_of_a_selection_add_up_too(storage: Storage, limit: int) -> None:
    fill(storage, 9)
    assert names(pages(storage, limit, parse_selector("even=True", ""))) == ["c00", "c02", "c04", "c06", "c08"]


def test_later_pages_show_the_first_ones_moment(storage: Storage) -> None:
    fill(storage, 8)
    found = pages(storage, 3, Selector(), disturb=True)
    assert names(found) == [f"c{number:02}" for number in range(8)]
    assert len({page.revision for page in found}) == 1


def test_bad_questions_are_refused(storage: Storage) -> None:
    for query, code in [
        ({"limit": "x"}, 400),
        ({"continue": "nonsense"}, 400),
        ({"resourceVersion": str(storage.revision + 5)}, 504),
        ({"resourceVersion": str(storage.floor - 1), "resourceVersionMatch": "Exact"}, 410),
    ]:
        with pytest.raises(Refusal) as refused:
            list_page(storage, "configmaps", "", Selector(), query)
        assert refused.value.code == code
