"""Read Envoy's /config_dump and /clusters as the rows that people know."""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
Filters = dict[str, Any]
Row = tuple[object, ...]

_PARTS = {
    "cluster": "ClustersConfigDump", "listener": "ListenersConfigDump", "route": "RoutesConfigDump",
    "endpoint": "EndpointsConfigDump", "secret": "SecretsConfigDump", "bootstrap": "BootstrapConfigDump",
}  # fmt: skip


class ConfigDump:
    """One proxy's own account. `dump` is /config_dump?include_eds, `hosts` /clusters?format=json."""

    def __init__(self, dump: Json, hosts: Json) -> None:
        self._dump = dump
        self._hosts = hosts

    def raw(self, what: str) -> Any:
        """Return the part of the dump that `what` names, "all" for the whole."""
        if what == "all":
            return self._dump
        return next((part for part in self._dump["configs"] if part["@type"].endswith("." + _PARTS[what])), {})

    def clusters(self, filters: Filters) -> list[Row]:
        """SERVICE FQDN, PORT, SUBSET, DIRECTION, TYPE, DESTINATION RULE."""
        rows: list[Row] = []
        for cluster in self._resources("cluster", "cluster"):
            direction, port, subset, host = split_name(cluster["name"])
            if (filters.get("fqdn") or "") not in host or (filters.get("subset") or subset) != subset:
                continue
            if filters.get("direction") and filters["direction"] != direction:
                continue
            if filters.get("port") and str(filters["port"]) != port:
                continue
            rows.append(
                (
                    host,
                    port or "-",
                    subset or "-",
                    direction or "-",
                    cluster.get("type", "STATIC"),
                    _rule(cluster),
                )
            )
        return sorted(rows, key=str)

    def listeners(self, filters: Filters) -> list[Row]:
        """ADDRESSES, PORT, MATCH, DESTINATION: one row per filter chain."""
        rows: list[Row] = []
        for listener in self._resources("listener", "listener"):
            address = listener.get("address", {}).get("socket_address", {})
            port = address.get("port_value", 0)
            if filters.get("port") and filters["port"] != port:
                continue
            chains = [
                *listener.get("filter_chains", []),
                *filter(None, [listener.get("default_filter_chain")]),
            ]
            rows += [(address.get("address", "-"), port, _match(chain), _destination(chain)) for chain in chains]
        return sorted(rows, key=lambda row: (row[1], str(row[0])))

    def routes(self, filters: Filters) -> list[Row]:
        """NAME, VHOST NAME, DOMAINS, MATCH, VIRTUAL SERVICE: one row per route; tables without a name last."""
        rows: list[Row] = []
        for table in self._resources("route", "route_config"):
            if filters.get("name") and filters["name"] != table.get("name"):
                continue
            for host in table.get("virtual_hosts", []):
                domains = ", ".join(host["domains"][:2]) + (
                    f" + {len(host['domains']) - 2} more..." if len(host["domains"]) > 2 else ""
                )
                rows += [
                    (table.get("name", ""), host["name"], domains, _path(route), _service(route))
                    for route in host.get("routes", [{}])
                ]
        return sorted(rows, key=lambda row: (not row[0], str(row[0])))

    def endpoints(self, filters: Filters) -> list[Row]:
        """ENDPOINT, STATUS, OUTLIER CHECK, CLUSTER: as the proxy judges them now."""
        rows: list[Row] = []
        for cluster in self._hosts.get("cluster_statuses", []):
            for host in cluster.get("host_statuses", []):
                address = host.get("address", {}).get("socket_address")
                place = f"{address['address']}:{address['port_value']}" if address else _pipe(host)
                if filters.get("cluster") and filters["cluster"] != cluster["name"]:
                    continue
                if filters.get("port") and (not address or address["port_value"] != filters["port"]):
                    continue
                health = host.get("health_status", {})
                status = health.get("eds_health_status", "HEALTHY")
                check = "FAILED" if health.get("failed_outlier_check") else "OK"
                rows.append((place, status, check, cluster["name"]))
        return sorted(rows, key=str)

    def secrets(self, filters: Filters) -> list[Row]:
        """RESOURCE NAME, TYPE, STATUS, VALID CERT, NOT AFTER: certificates, never keys."""
        rows: list[Row] = []
        for state in ("dynamic_active_secrets", "dynamic_warming_secrets"):
            for entry in self.raw("secret").get(state, []):
                secret = entry.get("secret", {})
                kind, pem = _pem(secret)
                valid, end = _validity(pem)
                rows.append((entry["name"], kind, "ACTIVE" if "active" in state else "WARMING", valid, end))
        return list(dict.fromkeys(rows))  # Envoy lists a secret once per user

    def _resources(self, what: str, field: str) -> Iterator[Json]:
        """Yield the resources of one part, static and dynamic, active ones only."""
        for state, entries in self.raw(what).items():
            if not isinstance(entries, list) or "warming" in state:
                continue
            for entry in entries:
                holder = entry.get("active_state", entry)
                if field in holder:
                    yield holder[field]


def split_name(name: str) -> tuple[str, str, str, str]:
    """Split `outbound|9080|v1|reviews.default.svc.cluster.local` into direction, port, subset, host."""
    parts = name.split("|")
    if len(parts) == 4:
        return parts[0], parts[1], parts[2], parts[3]
    return "", "", "", name


def _istio(metadata: Json) -> Json:
    found = metadata.get("filter_metadata", {}).get("istio", {})
    assert isinstance(found, dict)
    return found


def _rule(cluster: Json) -> str:
    return _named(_istio(cluster.get("metadata", {})).get("config", ""))


def _service(route: Json) -> str:
    return _named(_istio(route.get("metadata", {})).get("config", ""))


def _named(path: str) -> str:
    """/apis/networking.istio.io/v1/namespaces/default/destination-rule/reviews → reviews.default."""
    parts = path.split("/")
    return f"{parts[7]}.{parts[5]}" if len(parts) == 8 else ""


def _match(chain: Json) -> str:
    match = chain.get("filter_chain_match", {})
    parts = []
    if match.get("server_names"):
        parts.append("SNI: " + ",".join(match["server_names"]))
    if match.get("transport_protocol"):
        parts.append("Trans: " + match["transport_protocol"])
    if match.get("application_protocols"):
        parts.append("App: " + ",".join(match["application_protocols"]))
    if match.get("prefix_ranges"):
        ranges = (f"{each['address_prefix']}/{each.get('prefix_len', 0)}" for each in match["prefix_ranges"])
        parts.append("Addr: " + ",".join(ranges))
    if match.get("destination_port"):
        parts.append(f"Addr: *:{match['destination_port']}")
    return "; ".join(parts) or "ALL"


def _destination(chain: Json) -> str:
    for each in chain.get("filters", []):
        config = each.get("typed_config", {})
        if "rds" in config:
            return f"Route: {config['rds']['route_config_name']}"
        if "route_config" in config:
            return f"Inline Route: {config['route_config'].get('name', '')}"
        if config.get("cluster"):
            return f"Cluster: {config['cluster']}"
        if "weighted_clusters" in config:
            return "Cluster: " + ",".join(one["name"] for one in config["weighted_clusters"]["clusters"])
    return "Non-HTTP/Non-TCP"


def _path(route: Json) -> str:
    match = route.get("match", {})
    if "prefix" in match:
        return f"{match['prefix']}*"
    if "path_separated_prefix" in match:
        return f"PathPrefix:{match['path_separated_prefix']}"
    return str(match.get("path") or match.get("safe_regex", {}).get("regex") or "*")


def _pipe(host: Json) -> str:
    return "unix://" + str(host.get("address", {}).get("pipe", {}).get("path", ""))


def _pem(secret: Json) -> tuple[str, str]:
    for field, inner, kind in (
        ("tls_certificate", "certificate_chain", "Cert Chain"),
        ("validation_context", "trusted_ca", "CA"),
    ):
        if field in secret:
            return kind, str(secret[field].get(inner, {}).get("inline_bytes", ""))
    return "-", ""


def _validity(encoded: str) -> tuple[str, str]:
    import base64
    from datetime import UTC, datetime

    from cryptography import x509

    try:
        certificate = x509.load_pem_x509_certificates(base64.b64decode(encoded))[0]
    except (ValueError, IndexError):
        return "false", "-"
    end = certificate.not_valid_after_utc
    return str(end > datetime.now(UTC)).lower(), end.strftime("%Y-%m-%dT%H:%M:%SZ")
