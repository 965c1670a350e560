"""Istio's own validation cases: the same verdict on the same object, and every sample manifest accepted.

`validation_known.json` beside this file holds the cases that are judged otherwise, each with the reason: the
score may only rise, a case that begins to agree must be taken off the list.
"""

import json
from pathlib import Path

import msgspec
import pytest
import yaml

from lateen.base.errors import Invalid
from lateen.kinds.all import by_kind, find
from lateen.kinds.decode import check
from lateen.kinds.documents import load
from lateen.kinds.mesh_config import parse_mesh_config

SHARED = Path(__file__).parents[3] / "shared" / "conformance"
SEMANTIC = SHARED / "validation" / "semantic"
KNOWN = json.loads((Path(__file__).parent / "validation_known.json").read_text())
OURS = tuple(json.loads((SHARED / "crds" / "fields.json").read_text())) if SEMANTIC.exists() else ()

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not SEMANTIC.exists(), reason=f"{SEMANTIC} is not here: the corpus is not tested"),
]

ROUTE = [{"destination": {"host": "reviews.default.svc.cluster.local"}}]
PORT = {"number": 80, "name": "http", "protocol": "HTTP"}


def virtual_service(**spec):
    return "VirtualService", {"hosts": ["example.com"], **spec}


def http(**rule):
    return virtual_service(http=[rule])


def policy(**settings):
    return "DestinationRule", {"host": "example.com", "trafficPolicy": settings}


def balanced(name, value, outlier):
    beside = {"outlierDetection": outlier} if outlier is not None else {}
    return policy(loadBalancer={"simple": "ROUND_ROBIN", name: value}, **beside)


def exported(case):
    value = case["input"]
    spec = {"hosts": ["example.com"], "exportTo": value["exportTo"]}
    if value.get("isServiceEntry"):
        return "ServiceEntry", {**spec, "ports": [PORT]}
    if value.get("isDestinationRuleWithSelector"):
        selector = {"matchLabels": {"app": "x"}}
        return "DestinationRule", {
            "host": "x",
            "exportTo": value["exportTo"],
            "workloadSelector": selector,
        }
    return "VirtualService", {**spec, "http": [{"route": ROUTE}]}


def header(name="x-name", value="value"):
    return http(route=ROUTE, headers={"request": {"set": {name: value}}})


def set_or_none(name):
    return lambda case: http(route=ROUTE, **({name: case["input"]} if case["input"] is not None else {}))


def outlier(case):
    return (case.get("params") or {}).get("outlier")


def server(case):
    return "Gateway", {"selector": {"app": "gw"}, "servers": [case["input"]]}


def server_tls(case):
    one = {"port": {**PORT, "protocol": "HTTPS"}, "hosts": ["example.com"], "tls": case["input"]}
    return "Gateway", {"servers": [one]}


def wildcard_at_gateway(case):
    host = case["input"]
    if (case.get("params") or {}).get("sni"):
        match = [{"sniHosts": [host]}]
        return "VirtualService", {
            "hosts": [host],
            "gateways": ["gw"],
            "tls": [{"match": match, "route": ROUTE}],
        }
    return "VirtualService", {"hosts": [host], "gateways": ["gw"], "http": [{"route": ROUTE}]}


def service_entry(**spec):
    return "ServiceEntry", {"hosts": ["example.com"], "ports": [PORT], **spec}


def mesh(name):
    return lambda case: ("MeshConfig", {} if case["input"] is None else {name: case["input"]})


# How a part is wrapped into the smallest object that holds it, by corpus file. Files about kinds and settings
# that the house does not have yet are left out.
WRAPPED = {
    "strictvalidatehttpheadername": lambda case: header(name=case["input"]),
    "validateconnectionpool": lambda case: policy(connectionPool=case["input"]),
    "validateconnecttimeout": mesh("connectTimeout"),
    "validatecorspolicy": lambda case: http(route=ROUTE, corsPolicy=case["input"]),
    "validatedelegatehttproute": lambda case: ("VirtualService", {"http": [case["input"]]}),
    "validatedestination": lambda case: http(route=[{"destination": case["input"]}]),
    "validatedrainduration": lambda case: ("MeshConfig", {"defaultConfig": {"drainDuration": case["input"]}}),
    "validateexportto": exported,
    "validatefqdn": lambda case: service_entry(hosts=[case["input"]]),
    "validatehttpdirectresponse": lambda case: (
        http(directResponse=case["input"]) if case["input"] is not None else http(route=ROUTE)
    ),
    "validatehttpfaultinjectionabort": lambda case: http(
        route=ROUTE, **({"fault": {"abort": case["input"]}} if case["input"] is not None else {})
    ),
    "validatehttpfaultinjectiondelay": lambda case: http(
        route=ROUTE, **({"fault": {"delay": case["input"]}} if case["input"] is not None else {})
    ),
    "validatehttpheadername": lambda case: header(name=case["input"]),
    "validatehttpheadervalue": lambda case: header(value=case["input"]),
    "validatehttpredirect": lambda case: (
        http(redirect=case["input"]) if case["input"] is not None else http(route=ROUTE)
    ),
    "validatehttpretry": set_or_none("retries"),
    "validatehttprewrite": set_or_none("rewrite"),
    "validatehttproute": lambda case: http(**case["input"]),
    "validatehttpstatus": lambda case: http(route=ROUTE, fault={"abort": {"httpStatus": case["input"]}}),
    "validateloadbalancer": lambda case: policy(loadBalancer=case["input"]),
    "validatelocalitylbsetting": lambda case: balanced("localityLbSetting", case["input"], outlier(case)),
    "validatemeshconfigdefaultinboundhttpretrypolicy": mesh("defaultInboundHttpRetryPolicy"),
    "validatemeshconfigdefaulttrafficpolicy": mesh("defaultTrafficPolicy"),
    "validatemeshconfigproxyconfig": mesh("defaultConfig"),
    "validateoutlierdetection": lambda case: policy(outlierDetection=case["input"]),
    "validateport": lambda case: service_entry(ports=[{**PORT, "number": int(case["input"])}]),
    "validateportname": lambda case: service_entry(ports=[{**PORT, "name": case["input"]}]),
    "validateprotocoldetectiontimeout": mesh("protocolDetectionTimeout"),
    "validateproxyaddress": lambda case: (
        "MeshConfig",
        {"defaultConfig": {"discoveryAddress": case["input"]}},
    ),
    "validateroothttproute": lambda case: http(**case["input"]),
    "validateroutedestination": lambda case: (
        "VirtualService",
        {"hosts": ["x"], "tcp": [{"route": case["input"]}]},
    ),
    "validateserver": server,
    "validateserverport": lambda case: server({"input": {"hosts": ["example.com"], "port": case["input"]}}),
    "validatetls": lambda case: policy(tls=case["input"]),
    "validatetlsoptions": server_tls,
    "validatetrafficpolicy": lambda case: policy(**case["input"]),
    "validatetrustdomain": lambda case: (
        "MeshConfig",
        {"trustDomainAliases": [case["input"]]},
    ),
    "validateuriregexrewrite": lambda case: http(
        route=ROUTE, **({"rewrite": {"uriRegexRewrite": case["input"]}} if case["input"] is not None else {})
    ),
    "validatewildcarddomain": lambda case: ("DestinationRule", {"host": case["input"]}),
    "validatewildcarddomainforvirtualserviceboundtogateway": wildcard_at_gateway,
    "validatezoneawarelbsetting": lambda case: balanced("zoneAwareLbSetting", case["input"], outlier(case)),
    "validationipaddress": lambda case: service_entry(addresses=[case["input"]]),
    "validationipsubnet": lambda case: service_entry(addresses=[case["input"]]),
}


def expanded(value):
    """Write out what the corpus abbreviates as {"$repeat": [unit, n]}."""
    if isinstance(value, dict):
        if set(value) == {"$repeat"}:
            unit, count = value["$repeat"]
            return unit * count if "=" not in unit else "A" * (count // 3 * 4)
        return {key: expanded(one) for key, one in value.items()}
    return [expanded(one) for one in value] if isinstance(value, list) else value


def corpora():
    found = {path.stem: json.loads(path.read_text()) for path in sorted(SEMANTIC.glob("*.json"))}
    ours = {stem: one for stem, one in found.items() if one.get("kind") in OURS or stem in WRAPPED}
    return [pytest.param(stem, one, id=stem) for stem, one in ours.items()]


def wrapped(name, found, case):
    case = {**case, "input": expanded(case["input"])}
    return WRAPPED[name](case) if name in WRAPPED else (found["kind"], case["input"])


def accepts(kind, spec, meta):
    if kind == "MeshConfig":
        try:
            parse_mesh_config(yaml.safe_dump(spec))
        except Invalid:
            return False
        return True
    raw = {"apiVersion": by_kind(kind).api_versions[0], "kind": kind, "spec": spec}
    faults = check({**raw, "metadata": {**meta, "namespace": "default"}})
    return not any(fault.severity == "error" for fault in faults)


@pytest.mark.parametrize(("name", "found"), corpora())
def test_verdicts_agree_except_known(name, found):
    disagreeing = set()
    for index, case in enumerate(found["cases"]):
        kind, spec = wrapped(name, found, case)
        params = case.get("params") or {}
        meta = {"name": params.get("configName") or "case", "annotations": params.get("annotations") or {}}
        if accepts(kind, spec, meta) != case["valid"]:
            disagreeing.add(f"{name}#{index}")
    compare(disagreeing, name)


def crd_rules():
    folders = (SHARED / "validation" / "crd-cel-api", SHARED / "validation" / "crd-cel-istio")
    return [
        pytest.param(path, id=f"{path.parent.name}-{path.stem}") for one in folders for path in sorted(one.glob("*"))
    ]


@pytest.mark.parametrize("path", crd_rules())
def test_crd_rules_agree_except_known(path):
    name = f"{path.parent.name}/{path.stem}"
    disagreeing = set()
    for index, raw in enumerate(yaml.safe_load_all(path.read_text())):
        said = (raw or {}).pop("_err", None)
        errors = [fault for fault in check(raw) if fault.severity == "error"] if raw else []
        if bool(errors) != (said is not None):
            disagreeing.add(f"{name}#{index}")
    compare(disagreeing, name)


def compare(disagreeing, name):
    known = {identity for identity in KNOWN if identity.partition("#")[0] == name}
    assert disagreeing - known == set(), "these agreed before"
    assert known - disagreeing == set(), "these agree now: take them off the list"


def sample_files():
    return sorted((SHARED / "samples").rglob("*.yaml"))


# What a Kubernetes API server refuses as well, by file.
BROKEN_SAMPLES = {"mtls-echo/mtls-echo.yaml": 'the pod has no volume "ca-certs"'}


@pytest.mark.parametrize("path", sample_files(), ids=lambda path: str(path.relative_to(SHARED / "samples")))
def test_samples_are_accepted_unmodified(path):
    text = path.read_text()
    if "{{" in text:
        pytest.skip("a template, not a manifest")
    try:
        documents = load(text, str(path))
    except Invalid as error:
        pytest.fail(str(error))
    for document in documents:
        if find(document.raw.get("apiVersion"), document.raw.get("kind")) is not None:
            faults = check(document.raw, file=document.file, lines=document.lines, strict=True)
            expected = BROKEN_SAMPLES.get(str(path.relative_to(SHARED / "samples")))
            assert [fault.message for fault in faults if fault.severity == "error"] in ([], [expected])


# What Istio's status has and its CRD does not declare (unknown fields are preserved there).
UNDECLARED = {"ServiceEntry": {f"status.addresses[]{field}" for field in ("", ".host", ".value")}}


@pytest.mark.parametrize("kind", OURS)
def test_models_have_every_field_of_the_crd(kind):
    fields = json.loads((SHARED / "crds" / "fields.json").read_text())[kind]["fields"]
    ours = dict(leaves(msgspec.inspect.type_info(by_kind(kind).model), ""))
    declared = {field["path"] for field in fields} | UNDECLARED.get(kind, set())
    assert declared == {path for path in ours if path.startswith(("spec", "status"))}
    for field in fields:
        if "enum" in field:
            assert set(ours[field["path"]].values) == set(field["enum"]), field["path"]


def leaves(shape, path):
    inspect = msgspec.inspect
    match shape:
        case inspect.Metadata():
            yield from leaves(shape.type, path)
        case inspect.UnionType():
            for option in shape.types:
                if not isinstance(option, inspect.NoneType):
                    yield from leaves(option, path)
        case inspect.StructType():
            yield path, shape
            for field in shape.fields:
                yield from leaves(field.type, f"{path}.{field.encode_name}".lstrip("."))
        case inspect.DictType(value_type=inspect.AnyType()):  # free form
            yield path, shape
        case inspect.DictType():
            yield from leaves(shape.value_type, f"{path}{{}}")
        case inspect.VarTupleType():
            yield from leaves(shape.item_type, f"{path}[]")
        case _:
            yield path, shape
