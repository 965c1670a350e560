"""Whom the machine's agent asks for certificates when that is not the control plane."""

from lateen.app.settings import Settings
from lateen.base.errors import LateenError
from lateen.kinds.addresses import is_ip
from lateen.node.agent_settings import ExternalCa, TokenFor
from lateen.runtime.addressing import DNS_IP


def external_ca(settings: Settings, roots: bytes, token_for: TokenFor) -> ExternalCa | None:
    """Return who certifies workloads in place of the control plane; None when it does that itself.

    `roots` (PEM) are believed where the settings name no others. Raises LateenError when their file cannot be read.
    """
    if not settings.ca_address:
        return None
    try:
        believed = settings.ca_roots.read_bytes() if settings.ca_roots else roots
    except OSError as error:
        raise LateenError(f"CA_ROOT_CA: {error}", "name a file of certificates as PEM") from error
    host = settings.ca_address.rpartition(":")[0].strip("[]")
    return ExternalCa(target(settings.ca_address), host, believed, token_for)


def target(address: str) -> str:
    """Return host:port as gRPC looks it up: names by the mesh's DNS, which knows services by their full names."""
    host, _, port = address.rpartition(":")
    if is_ip(host.strip("[]")):
        return address
    return f"dns://{DNS_IP}/{host}{'.cluster.local' if host.endswith('.svc') else ''}:{port}"
