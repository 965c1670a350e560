import pytest

from lateen.base.errors import Invalid
from lateen.kinds.mesh_config import MeshConfig, parse_mesh_config


def faults_of(text):
    with pytest.raises(Invalid) as caught:
        parse_mesh_config(text, "mesh.yaml")
    return caught.value.faults


def test_nothing_is_all_defaults():
    assert parse_mesh_config("") == MeshConfig()


def test_settings_are_typed():
    config = parse_mesh_config(
        "outboundTrafficPolicy: {mode: REGISTRY_ONLY}\nenableAutoMtls: false\n"
        "accessLogFile: /dev/stdout\ndefaultConfig: {concurrency: 2, proxyMetadata: {A: b}}\n"
    )
    assert config.outbound_traffic_policy is not None
    assert config.outbound_traffic_policy.mode == "REGISTRY_ONLY"
    assert config.enable_auto_mtls is False
    assert config.default_config is not None
    assert config.default_config.proxy_metadata == {"A": "b"}


def test_an_unknown_field_is_refused_with_its_line():
    (fault,) = faults_of("trustDomain: a.example\nacessLogFile: /dev/stdout\n")
    assert str(fault) == 'mesh.yaml:2: acessLogFile: no such field (did you mean "accessLogFile"?)'


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("outboundTrafficPolicy: {mode: DENY}", "outboundTrafficPolicy.mode"),
        ("connectTimeout: 0s", "connectTimeout"),
        ("trustDomain: a/b", "trustDomain"),
        ("trustDomainAliases: [a, '']", "trustDomainAliases[1]"),
        ("rootNamespace: A", "rootNamespace"),
        ("defaultServiceExportTo: ['*', '.']", "defaultServiceExportTo"),
        ("proxyListenPort: 0", "proxyListenPort"),
        ("defaultConfig: {statusPort: 0}", "defaultConfig.statusPort"),
        ("defaultHttpRetryPolicy: {attempts: -1}", "defaultHttpRetryPolicy.attempts"),
        ("defaultTrafficPolicy: {connectionPool: {}}", "defaultTrafficPolicy.connectionPool"),
        ("tcpKeepalive: {time: soon}", "tcpKeepalive.time"),
    ],
)
def test_faults_name_the_setting(text, path):
    assert [fault.path for fault in faults_of(text)] == [path]


def test_warnings_refuse_nothing():
    assert parse_mesh_config("defaultInboundHttpRetryPolicy: {attempts: 3, perTryTimeout: 1s}")
