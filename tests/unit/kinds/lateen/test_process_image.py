def test_an_image_is_mapped_to_a_command(errors):
    spec = {"images": ["*ratings*"], "command": ["python", "x.py"], "env": {"A": "b"}, "directory": "x"}
    assert errors("ProcessImage", **spec) == []


def test_patterns_are_required_and_variables_have_names(errors):
    assert errors("ProcessImage", images=[]) == ["spec.images"]
    assert errors("ProcessImage", images=[" "], env={"A=B": "x"}) == ["spec.images[0]", "spec.env"]
    assert errors("ProcessImage", command=["x"]) == ["spec.images"]
