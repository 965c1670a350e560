from lateen.kinds.annotations import ANNOTATIONS


def test_every_name_has_a_group_and_pods_are_what_most_are_for() -> None:
    assert all("/" in name for name in ANNOTATIONS)
    assert ANNOTATIONS["traffic.sidecar.istio.io/excludeOutboundPorts"].kinds == ("Pod",)
    assert ANNOTATIONS["networking.istio.io/exportTo"].kinds == ("Service",)


def test_an_automatic_annotation_is_not_for_people() -> None:
    assert ANNOTATIONS["sidecar.istio.io/status"].automatic
    assert not ANNOTATIONS["sidecar.istio.io/proxyCPU"].automatic
