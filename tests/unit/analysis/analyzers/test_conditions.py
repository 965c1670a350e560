import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import found

from lateen.analysis.analyzers.conditions import ANALYZER


def entry(condition: str) -> str:
    head = "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: e}\n"
    return f"{head}status: {{conditions: [{condition}]}}"


def test_a_negative_condition_is_told() -> None:
    for condition in ("{type: Accepted, status: 'False'}", "{type: A, status: 'True', reason: PartiallyInvalid}"):
        assert found(ANALYZER, entry(condition)) == [("IST0171", "ServiceEntry shop/e")]


def test_positive_conditions_and_those_of_others_are_nothing_to_tell() -> None:
    assert found(ANALYZER, entry("{type: Accepted, status: 'True'}")) == []
    service = (
        "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nstatus: {conditions: [{type: x/Synced, status: 'False'}]}"
    )
    assert found(ANALYZER, service) == []
