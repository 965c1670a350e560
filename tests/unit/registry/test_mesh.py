from lateen.kinds.mesh_config import MeshConfig, parse_mesh_config
from lateen.registry.mesh import DEFAULT_MESH, Mesh, mesh_settings


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
