from lateen.inject.merge import merge_container


def test_scalars_and_maps_are_merged_and_auto_image_is_the_templates():
    template = {"image": "proxy", "args": ["a"], "securityContext": {"runAsUser": 1337, "privileged": False}}
    override = {"name": "istio-proxy", "image": "auto", "securityContext": {"runAsUser": 7}}
    assert merge_container(template, override) == {
        "name": "istio-proxy",
        "image": "proxy",
        "args": ["a"],
        "securityContext": {"runAsUser": 7, "privileged": False},
    }


def test_keyed_lists_are_merged_and_others_replaced():
    template = {"args": ["a"], "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}
    override = {"args": ["b", "c"], "env": [{"name": "B", "value": "3"}, {"name": "C", "value": "4"}]}
    merged = merge_container(template, override)
    assert merged["args"] == ["b", "c"]
    assert merged["env"] == [
        {"name": "A", "value": "1"},
        {"name": "B", "value": "3"},
        {"name": "C", "value": "4"},
    ]
