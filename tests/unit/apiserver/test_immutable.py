from apiservers import CONFIG_MAP, DEPLOYMENT, POD, config_map, deployment, pod

from lateen.apiserver.immutable import frozen_faults


def test_a_selector_does_not_change() -> None:
    after = deployment("d")
    after["spec"]["selector"] = {"matchLabels": {"other": "x"}}
    assert [fault.path for fault in frozen_faults(DEPLOYMENT, deployment("d"), after)] == ["spec.selector"]


def test_a_pods_image_changes_and_its_command_does_not() -> None:
    image, command = pod("a"), pod("a")
    image["spec"]["containers"][0]["image"] = "main:2"
    command["spec"]["containers"][0]["command"] = ["x"]
    assert not list(frozen_faults(POD, pod("a"), image))
    assert [fault.path for fault in frozen_faults(POD, pod("a"), command)] == ["spec"]


def test_an_immutable_config_map_keeps_its_data() -> None:
    before = config_map("c", {"a": "1"}) | {"immutable": True}
    assert [fault.path for fault in frozen_faults(CONFIG_MAP, before, before | {"data": {}})] == ["data"]
    assert not list(frozen_faults(CONFIG_MAP, config_map("c"), config_map("c", {"a": "2"})))
