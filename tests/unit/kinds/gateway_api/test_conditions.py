from lateen.kinds.gateway_api.conditions import condition_cell, pending


def test_nobody_has_looked_at_a_new_object() -> None:
    assert [(each.type, each.status, each.reason) for each in pending("Accepted")] == [
        ("Accepted", "Unknown", "Pending")
    ]


def test_the_cell_of_a_condition_is_its_status() -> None:
    cell = condition_cell("Accepted")
    assert cell({}) == ""
    assert (
        cell({"status": {"conditions": [{"type": "Other", "status": "False"}, {"type": "Accepted", "status": "True"}]}})
        == "True"
    )
