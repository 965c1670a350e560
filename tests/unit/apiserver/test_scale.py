import pytest
from apiservers import deployment

from lateen.apiserver.scale import scale_of, scaled
from lateen.apiserver.status import Refusal


def test_a_scale_tells_replicas_and_selector() -> None:
    raw = deployment("d") | {"status": {"replicas": 2}}
    raw["spec"]["selector"]["matchExpressions"] = [
        {"key": "t", "operator": "In", "values": ["a", "b"]},
        {"key": "x", "operator": "DoesNotExist"},
    ]
    scale = scale_of(raw)
    assert scale["spec"] == {"replicas": 1} and scale["status"] == {"replicas": 2, "selector": "app=d,t in (a,b),!x"}


def test_a_scale_changes_replicas_and_nothing_else() -> None:
    after = scaled(deployment("d"), {"metadata": {"resourceVersion": "3"}, "spec": {"replicas": 5}})
    assert after["spec"].pop("replicas") == 5 and after["spec"] == deployment("d")["spec"]
    assert after["metadata"]["resourceVersion"] == "3"


@pytest.mark.parametrize("replicas", [-1, "3", True])
def test_no_number_is_a_400(replicas: object) -> None:
    with pytest.raises(Refusal):
        scaled(deployment("d"), {"spec": {"replicas": replicas}})
