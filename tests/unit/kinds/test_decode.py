import copy

import pytest

from lateen.base.errors import Invalid
from lateen.base.refs import Key
from lateen.kinds.decode import check, decode, subject
from lateen.kinds.documents import load

SERVICE_ENTRY = {
    "apiVersion": "networking.istio.io/v1",
    "kind": "ServiceEntry",
    "metadata": {"name": "mysql-external", "namespace": "default"},
    "spec": {
        "hosts": ["mysql.example.com"],
        "addresses": ["203.0.113.5/32"],
        "ports": [{"name": "tcp", "number": 3306, "protocol": "tcp"}],
        "location": "MESH_EXTERNAL",
    },
}


def changed(**spec):
    return {**SERVICE_ENTRY, "spec": {**SERVICE_ENTRY["spec"], **spec}}


def faults_of(raw, **kwargs):
    with pytest.raises(Invalid) as caught:
        decode(raw, **kwargs)
    return caught.value.faults


def test_an_object_is_typed_and_its_raw_form_kept_exactly():
    raw = copy.deepcopy(SERVICE_ENTRY)
    found = decode(raw)
    assert found.key == Key("default", "mysql-external")
    assert found.model.spec.ports[0].protocol == "tcp"
    assert found.raw is raw
    assert raw == SERVICE_ENTRY


def test_defaults_live_in_the_model_and_not_in_the_raw_form():
    found = decode(changed())
    assert found.model.spec.resolution == "NONE"
    assert "resolution" not in found.raw["spec"]


def test_all_faults_come_at_once_schema_and_semantics_together():
    found = faults_of(
        changed(tls={}, addresses=["10.0.0.0/40"], resolution="STATIK", ports=[{"name": "x", "number": 0}])
    )
    assert {fault.path for fault in found} == {
        "spec.tls",
        "spec.addresses[0]",
        "spec.resolution",
        "spec.ports[0].number",
    }


def test_a_hint_of_the_kind_says_how_to_mend():
    (fault,) = faults_of(changed(tls={"mode": "SIMPLE"}))
    assert str(fault) == (
        "spec.tls: no such field (use protocol: TLS on the port, or a Gateway's tls.mode PASSTHROUGH)"
    )


def test_a_misspelt_field_is_told_once_not_also_as_missing():
    raw = changed()
    raw["spec"]["hotss"] = raw["spec"].pop("hosts")
    (fault,) = faults_of(raw)
    assert (fault.path, fault.fix) == ("spec.hotss", 'did you mean "hosts"?')


def test_a_wrong_value_does_not_raise_faults_that_only_follow_from_it():
    found = faults_of(changed(resolution="STATIK", endpoints=[{"address": "10.0.0.1"}]))
    assert [fault.path for fault in found] == ["spec.resolution"]


def test_a_wrong_member_of_a_list_does_not_hide_the_others():
    found = faults_of(changed(addresses=[5, "10.0.0.0/99"]))
    assert [fault.path for fault in found] == ["spec.addresses[0]", "spec.addresses[1]"]


def test_faults_carry_file_and_line():
    text = """\
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: x}
spec:
  hosts: [a.example.com]
  addresses:
  - 10.0.0.0/8
  - 10.0.0.0/99
"""
    (document,) = load(text, "se.yaml")
    (fault,) = faults_of(document.raw, file=document.file, lines=document.lines)
    assert (fault.path, fault.file, fault.line) == ("spec.addresses[1]", "se.yaml", 8)


def test_a_missing_field_is_placed_at_what_should_hold_it():
    (fault,) = faults_of({**SERVICE_ENTRY, "metadata": {}}, file="f", lines={"": 1, "metadata": 3})
    assert (fault.path, fault.line) == ("metadata.name", 3)


def test_null_is_as_good_as_absent_and_a_whole_float_is_an_integer():
    raw = changed(endpoints=None, ports=[{"name": "tcp", "number": 3306.0}])
    raw["metadata"] = {**raw["metadata"], "creationTimestamp": None}
    assert decode(raw).model.spec.ports[0].number == 3306


def test_warnings_do_not_refuse_and_come_with_the_object():
    rule = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "DestinationRule",
        "metadata": {"name": "x"},
        "spec": {"host": "x", "trafficPolicy": {"loadBalancer": {"simple": "LEAST_CONN"}}},
    }
    (warning,) = decode(rule).warnings
    assert warning.severity == "warning"
    assert warning.path == "spec.trafficPolicy.loadBalancer.simple"


POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "x", "namespace": "default"},
    "spec": {"containers": [{"name": "app", "image": "x", "imagePulPolicy": "Always"}]},
}


def test_an_open_kind_tolerates_what_it_does_not_know_and_tells_on_request():
    assert decode(POD).warnings == ()
    (fault,) = check(POD)
    assert (fault.severity, fault.path) == ("warning", "spec.containers[0].imagePulPolicy")
    assert fault.fix == 'did you mean "imagePullPolicy"?'


def test_strict_refuses_unknown_fields_of_open_kinds():
    (fault,) = faults_of(POD, strict=True)
    assert fault.path == "spec.containers[0].imagePulPolicy"


def test_an_open_kinds_errors_are_told_once():
    broken = {**POD, "spec": {"containers": [{"name": "app", "image": 5}]}}
    assert [(fault.path, fault.severity) for fault in check(broken)] == [("spec.containers[0].image", "error")]


def test_the_status_of_an_istio_kind_refuses_nobody():
    assert decode({**SERVICE_ENTRY, "status": {"somethingNew": 1}}, strict=True)


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ({}, "kind"),
        ({"kind": "Pod"}, "apiVersion"),
        ({"kind": "Gatewy", "apiVersion": "networking.istio.io/v1"}, "kind"),
        ({"kind": "Pod", "apiVersion": "v2"}, "apiVersion"),
        ([], ""),
        ("text", ""),
    ],
)
def test_what_is_no_known_object_is_refused(raw, path):
    (fault,) = faults_of(raw)
    assert fault.path == path


def test_an_unknown_kind_and_version_say_what_there_is():
    assert 'did you mean "Gateway"?' in str(faults_of({"kind": "Gatewy", "apiVersion": "x/v1"})[0])
    assert "served: v1" in str(faults_of({"kind": "Pod", "apiVersion": "v2"})[0])


def test_the_error_names_the_object():
    with pytest.raises(Invalid, match="ServiceEntry default/mysql-external is invalid"):
        decode(changed(hosts=[]))
    assert subject({"kind": "Pod", "metadata": {"generateName": "x-"}}) == "Pod x-"
    assert subject({"metadata": "odd"}) == "object (no name)"
