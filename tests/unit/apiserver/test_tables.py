from apiservers import DEPLOYMENT, POD, VIRTUAL_SERVICE, deployment, pod, virtual_service

from lateen.apiserver.tables import partial, table
from lateen.kinds.all import KINDS, by_kind

NODE = by_kind("Node")
CREATED = {"creationTimestamp": "1970-01-01T00:00:00Z"}


def test_a_row_is_what_kubectl_prints() -> None:
    raw = pod("web", **CREATED)
    printed = table(POD, [raw], "Metadata", 120.0)
    columns = [column["name"] for column in printed["columnDefinitions"] if not column["priority"]]
    assert columns == ["Name", "Ready", "Status", "Restarts", "Age"]
    assert printed["rows"][0]["cells"][:5] == ["web", "0/1", "Pending", 0, "2m"]
    assert printed["rows"][0]["object"] == partial(raw)


def test_wide_columns_come_behind_with_priority() -> None:
    printed = table(DEPLOYMENT, [deployment("d")], "None", 0.0)
    wide = [column["name"] for column in printed["columnDefinitions"] if column["priority"]]
    assert wide == ["Containers", "Images", "Selector"]
    assert printed["rows"][0]["cells"][-3:] == ["main", "main:1", "app=d"] and "object" not in printed["rows"][0]


def test_the_whole_object_comes_along_when_asked_for() -> None:
    raw = virtual_service("v")
    assert table(VIRTUAL_SERVICE, [raw], "Object", 0.0)["rows"][0]["object"] is raw


def test_an_object_with_nothing_in_it_has_a_row_in_every_kind() -> None:
    for kind in KINDS:
        rows = table(kind, [{"metadata": {"name": "x"}}], "None", 0.0)
        assert len(rows["rows"][0]["cells"]) == len(rows["columnDefinitions"]), kind.kind


def test_a_node_is_wide_with_its_addresses() -> None:
    status = {"addresses": [{"type": "InternalIP", "address": "10.0.0.1"}], "nodeInfo": {"osImage": "x"}}
    printed = table(NODE, [{"metadata": {"name": "n"}, "status": status}], "None", 0.0)
    assert printed["rows"][0]["cells"][-5:] == ["10.0.0.1", "<none>", "x", "<none>", "<none>"]


def test_a_wide_column_is_shown_only_when_asked_for() -> None:
    found = table(by_kind("GatewayClass"), [], "None", 0.0)["columnDefinitions"]
    assert {each["name"] for each in found if each["priority"]} == {"Description"}
