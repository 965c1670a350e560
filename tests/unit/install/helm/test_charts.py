import yaml

from lateen.install.helm.charts import charts


def test_each_chart_has_what_helm_asks_for() -> None:
    made = charts("1.2.3")
    for name in ("base", "istiod", "gateway"):
        about = yaml.safe_load(made[f"{name}/Chart.yaml"])
        assert (about["name"], about["version"], about["appVersion"]) == (name, "1.2.3", "1.2.3")
        assert {f"{name}/values.yaml", f"{name}/values.schema.json"} <= made.keys()
    assert "istiod/templates/_helpers.tpl" in made and "base/files/definitions.yaml" in made
    assert "istiod/profiles/demo.yaml" in made
