"""What an Envoy runs with whose configuration comes from files, and an upstream that says how it was reached."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from google.protobuf import json_format

from lateen.identity.authority import KeyPair
from lateen.proto import types
from lateen.proto.descriptors import installed, message
from lateen.proto.resource import Resource

Raw = dict[str, Any]
HTTP_PORTS = (80, 81, 443, 8080, 8443)
TCP_PORTS = (9000, 9443)
ADMIN = {"upstream": 14900, "twin": 15000}
_TYPES = "type.googleapis.com/envoy."
LOGGED = {
    "chain": "%FILTER_CHAIN_NAME%",
    "route": "%ROUTE_NAME%",
    "cluster": "%UPSTREAM_CLUSTER_RAW%",
    "host": "%UPSTREAM_HOST%",
    "flags": "%RESPONSE_FLAGS%",
    "code": "%RESPONSE_CODE%",
    "why": "%UPSTREAM_TRANSPORT_FAILURE_REASON%",
}


NAMES = {types.LISTENER: "lds", types.CLUSTER: "cds", types.ROUTE: "rds", types.ENDPOINT: "eds"}


class Files:
    """The folder that an Envoy reads resources and secrets from."""

    def __init__(self, folder: Path, pair: KeyPair, root: bytes) -> None:
        self.folder, self._pair, self._root = folder, pair, root

    def write(self, resources: Mapping[str, Iterable[Resource]]) -> None:
        """Write resources, by type URL, so that they ask nobody for anything. Envoy wants most alone in their files."""
        for type_url, found in resources.items():
            adapted = {each.name: self._adapted(type_url, each) for each in found}
            if type_url in (types.LISTENER, types.CLUSTER):
                self._response(NAMES[type_url], adapted.values())
            else:
                for name, each in adapted.items():
                    self._response(file_name(NAMES[type_url], name), [each])

    def _response(self, name: str, found: Iterable[Any]) -> None:
        response = message("envoy.service.discovery.v3.DiscoveryResponse")(version_info="1")
        for each in found:
            response.resources.add().Pack(each)
        text = json_format.MessageToJson(response, descriptor_pool=installed().pool)
        (self.folder / f"{name}.json").write_text(text)

    def _adapted(self, type_url: str, resource: Resource) -> Any:
        found = message(types.message_name(type_url)).FromString(resource.value())
        if type_url == types.CLUSTER and found.HasField("eds_cluster_config"):
            found.eds_cluster_config.service_name = found.eds_cluster_config.service_name or found.name
        self._adapt(found)
        if type_url == types.LISTENER and found.name in ("virtualOutbound", "virtualInbound"):
            kept = [each for each in found.listener_filters if each.name != "envoy.filters.listener.original_dst"]
            told = message("envoy.config.listener.v3.ListenerFilter")(name="envoy.filters.listener.proxy_protocol")
            told.typed_config.Pack(message("envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol")())
            del found.listener_filters[:]
            found.listener_filters.extend([told, *kept])
        return found

    def _adapt(self, found: Any) -> None:
        """Have discovery by files, and our fields in the access log, in all that a message holds."""
        match found.DESCRIPTOR.full_name:
            case "google.protobuf.Any":
                inner = message(types.message_name(found.type_url)).FromString(found.value)
                self._adapt(inner)
                found.value = inner.SerializeToString(deterministic=True)
            case "envoy.config.cluster.v3.Cluster.EdsClusterConfig":
                self._from_file(found.eds_config, file_name("eds", found.service_name))
            case "envoy.extensions.filters.network.http_connection_manager.v3.Rds":
                self._from_file(found.config_source, file_name("rds", found.route_config_name))
            case "envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig":
                self._from_file(found.sds_config, self._secret(found.name))
            case "envoy.extensions.access_loggers.file.v3.FileAccessLog":
                found.path = str(self.folder / "access.log")
                json_format.ParseDict({"json_format": LOGGED}, found.log_format)
            case _:
                for field, value in found.ListFields():
                    for each in _messages(field, value):
                        self._adapt(each)

    def _from_file(self, source: Any, name: str) -> None:
        source.Clear()
        source.resource_api_version = "V3"
        source.path_config_source.path = str(self.folder / f"{name}.json")

    def _secret(self, name: str) -> str:
        """Write the secret of this name; Envoy wants one in each file."""
        kind = f"{_TYPES}extensions.transport_sockets.tls.v3.Secret"
        if name == "ROOTCA" or name.endswith("-cacert"):
            held: Raw = {"validation_context": {"trusted_ca": {"inline_string": self._root.decode()}}}
        else:
            held = {"tls_certificate": _certificate(self._pair)}
        file = file_name("sds", name)
        secret = {"@type": kind, "name": name, **held}
        (self.folder / f"{file}.json").write_text(json.dumps({"version_info": "1", "resources": [secret]}))
        return file


def file_name(kind: str, name: str) -> str:
    """The name of a resource's own file, without its ending."""
    return f"{kind}-{quote(name, safe='')}"


def _messages(field: Any, value: Any) -> Iterable[Any]:
    if field.message_type is None:
        return ()
    if field.message_type.GetOptions().map_entry:
        return value.values() if field.message_type.fields_by_name["value"].message_type else ()
    return value if field.is_repeated else (value,)


def _certificate(pair: KeyPair) -> Raw:
    chain, key = pair.chain.decode(), pair.key.reveal().decode()
    return {"certificate_chain": {"inline_string": chain}, "private_key": {"inline_string": key}}


def twin_bootstrap(folder: Path) -> Raw:
    """Everything from files."""

    def source(name: str) -> Raw:
        return {"resource_api_version": "V3", "path_config_source": {"path": str(folder / f"{name}.json")}}

    return {
        "node": {"id": "twin", "cluster": "twin"},
        "admin": {"address": _address("127.0.0.1", ADMIN["twin"])},
        "dynamic_resources": {"lds_config": source("lds"), "cds_config": source("cds")},
        "static_resources": {},
    }


def upstream_bootstrap(pair: KeyPair, root: bytes) -> Raw:
    """An Envoy that says to whom it was spoken, and how."""
    tls = _server_tls(pair, root)
    listeners = [_upstream_listener(port, _http_filter(), _http_filter(), tls) for port in HTTP_PORTS]
    listeners += [_upstream_listener(port, _bytes_filter("plaintext"), _bytes_filter("tls"), tls) for port in TCP_PORTS]
    return {
        "node": {"id": "upstream", "cluster": "upstream"},
        "admin": {"address": _address("127.0.0.1", ADMIN["upstream"])},
        "static_resources": {"listeners": listeners},
    }


def _upstream_listener(port: int, plain: Raw, encrypted: Raw, tls: Raw) -> Raw:
    inspector = _typed(
        "envoy.filters.listener.tls_inspector", "extensions.filters.listener.tls_inspector.v3.TlsInspector"
    )
    secure = {"filter_chain_match": {"transport_protocol": "tls"}, "transport_socket": tls, "filters": [encrypted]}
    return {
        "name": f"port {port}",
        "address": _address("0.0.0.0", port),
        "listener_filters": [inspector],
        "filter_chains": [secure, {"filters": [plain]}],
    }


def _http_filter() -> Raw:
    said = {"x-address": "%DOWNSTREAM_LOCAL_ADDRESS%", "x-tls": "%DOWNSTREAM_TLS_VERSION%", "x-peer": "%DOWNSTREAM_PEER_URI_SAN%",
            "x-host": "%REQ(:AUTHORITY)%", "x-path": "%REQ(:PATH)%"}  # fmt: skip
    added = [{"header": {"key": name, "value": value}} for name, value in said.items()]
    route = {"match": {"prefix": "/"}, "direct_response": {"status": 200}, "response_headers_to_add": added}
    router = _typed("envoy.filters.http.router", "extensions.filters.http.router.v3.Router")
    return _typed(
        "envoy.filters.network.http_connection_manager",
        "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix="upstream",
        route_config={"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [route]}]},
        http_filters=[router],
    )


def _bytes_filter(text: str) -> Raw:
    kind = "extensions.filters.network.direct_response.v3.Config"
    return _typed("envoy.filters.network.direct_response", kind, response={"inline_string": text})


def _server_tls(pair: KeyPair, root: bytes) -> Raw:
    common = {
        "tls_certificates": [_certificate(pair)],
        "validation_context": {"trusted_ca": {"inline_string": root.decode()}},
        "alpn_protocols": ["istio-h2", "istio-http/1.1", "istio", "h2", "http/1.1"],
    }
    kind = "extensions.transport_sockets.tls.v3.DownstreamTlsContext"
    return _typed("envoy.transport_sockets.tls", kind, common_tls_context=common, require_client_certificate=False)


def _typed(name: str, kind: str, **fields: Any) -> Raw:
    return {"name": name, "typed_config": {"@type": f"{_TYPES}{kind}", **fields}}


def _address(address: str, port: int) -> Raw:
    return {"socket_address": {"address": address, "port_value": port}}
