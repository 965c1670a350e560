from lateen.kinds.mesh_config import MeshConfig, parse_mesh_config
from lateen.registry.mesh import DEFAULT_MESH, Mesh, TlsLimits, mesh_settings


def test_silence_means_istios_defaults():
    assert mesh_settings(MeshConfig()) == DEFAULT_MESH
    assert mesh_settings(parse_mesh_config("")) == DEFAULT_MESH


def test_what_is_said_is_kept():
    text = """
      outboundTrafficPolicy: {mode: REGISTRY_ONLY}
      rootNamespace: config
      trustDomain: example.org
      enableAutoMtls: false
      accessLogFile: /dev/stdout
      connectTimeout: 3s
      protocolDetectionTimeout: 100ms
      h2UpgradePolicy: UPGRADE
      defaultServiceExportTo: ['.']
    """
    assert mesh_settings(parse_mesh_config(text)) == Mesh(
        root_namespace="config",
        trust_domain="example.org",
        allow_any=False,
        auto_mtls=False,
        access_log="/dev/stdout",
        connect_timeout_ms=3000,
        detection_timeout_ms=100,
        h2_upgrade=True,
        service_exports=(".",),
    )


def test_limits_of_tls_are_the_meshs_own_or_any_others():
    found = mesh_settings(
        parse_mesh_config(
            "meshMTLS: {minProtocolVersion: TLSV1_3}\ntlsDefaults: {ecdhCurves: [P-384], cipherSuites: [a]}"
        )
    )
    assert (found.mtls, found.tls) == (TlsLimits("TLSV1_3"), TlsLimits(ciphers=("a",), curves=("P-384",)))
    assert mesh_settings(parse_mesh_config("meshMTLS: {minProtocolVersion: TLS_AUTO}")).mtls == TlsLimits()


def test_roots_beside_the_meshs_own_are_joined():
    text = 'caCertificates: [{pem: "-----BEGIN CERTIFICATE-----a"}, {certSigners: [x/y]}, {pem: "-----BEGIN CERTIFICATE-----b"}]'
    found = mesh_settings(parse_mesh_config(text))
    assert found.roots == "-----BEGIN CERTIFICATE-----a\n-----BEGIN CERTIFICATE-----b"
