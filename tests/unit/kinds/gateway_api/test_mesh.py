def test_it_names_its_controller(paths):
    assert paths("XMesh", {"controllerName": "istio.io/mesh"}, version="v1alpha1", experimental=True) == []
    assert paths("XMesh", {}, version="v1alpha1", experimental=True) == ["spec.controllerName"]
