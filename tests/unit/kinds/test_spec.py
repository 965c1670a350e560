from lateen.kinds.all import by_kind
from lateen.kinds.spec import AGE, Column, KindSpec, valid

CREATED = {"metadata": {"creationTimestamp": "2026-01-01T00:00:00Z"}}


def test_a_column_reads_its_path():
    assert Column("Host", ".spec.host").text({"spec": {"host": "x"}}) == "x"
    assert Column("Host", ".spec.host").text({"spec": None}) == ""
    assert Column("Hosts", ".spec.hosts").text({"spec": {"hosts": ["a", "b"]}}) == '["a","b"]'
    assert Column("N", ".n", "integer").text({"n": 3}) == "3"


def test_a_date_is_shown_as_an_age_when_the_time_is_known():
    assert AGE.text(CREATED, 1767225660.0) == "60s"
    assert AGE.text(CREATED) == "2026-01-01T00:00:00Z"
    assert AGE.text({}, 1.0) == ""


def test_a_column_may_compute_its_text():
    assert Column("X", cell=lambda raw: raw["a"] * 2).text({"a": "b"}) == "bb"


def test_names_derive_from_group_and_versions():
    spec = by_kind("VirtualService")
    assert spec.singular == "virtualservice"
    assert spec.resource == "virtualservices.networking.istio.io"
    assert spec.api_versions[0] == "networking.istio.io/v1"
    assert by_kind("Pod").resource == "pods"
    assert by_kind("Pod").api_versions == ("v1",)


def test_a_kind_without_rules_of_its_own_finds_nothing_wrong():
    spec = KindSpec("", "X", "xs", ("v1",), by_kind("Pod").model)
    assert spec.validate is valid
    assert list(spec.validate(None)) == []
