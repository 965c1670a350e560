"""Which of Envoy's statistics are kept, and which parts of their names become labels, as in Istio."""

from typing import Any

from lateen.node.proxy_facts import StatsInclusion

_KEPT_PREFIXES = (
    "cluster_manager",
    "listener_manager",
    "server",
    "cluster.xds-grpc",
    "reporter=",
    "component",
    "istio",
    "mongo.",  # there only where a service says that its bytes are MongoDB's
    "wasm",
)
_KEPT_SUFFIXES = ("rbac.allowed", "rbac.denied", "shadow_allowed", "shadow_denied")
# Beyond Istio's: which counter of outlier detection ejected endpoints, there only where a rule asks for detection.
_EJECTIONS = r"cluster\..*outlier_detection\.ejections_(active|enforced_consecutive_.*)"
_KEPT_REGEXPS = (r"vhost\..*\.route\..*", _EJECTIONS)

# The first group is cut out of the name, the second becomes the label. Statistics of a cluster are named
# `cluster.<name>;.<statistic>` (its alt_stat_name ends in ";"), because host names have dots themselves.
_ADDRESS = r"[0-9a-fA-F.:_\[\]]+_\d+"
_TAGS = {
    "cluster_name": r"^cluster\.((.+?);\.)",
    "http_conn_manager_prefix": rf"^http\.(((?:in|out)bound_{_ADDRESS}|\w+);?\.)",
    "http_conn_manager_listener_prefix": rf"^listener\.{_ADDRESS}\.http\.((.+?);?\.)downstream_",
    "listener_address": rf"^listener\.(({_ADDRESS})\.)",
    "tcp_prefix": r"^tcp\.((.+?);?\.)\w+$",
    "mongo_prefix": r"^mongo\.((.+?)\.)(?:collection|cmd|cx_|op_|delays_|decoding_)",
    "thread_name": r"^server\.((\w+)\.)watchdog",
    "response_code": r"_rq(_(\d{3}))$",
    "response_code_class": r"_rq(_([1-5]xx))$",
    "authz_enforce_result": r"rbac(\.(allowed|denied))$",
    "authz_dry_run_result": r"rbac\..*?(\.?shadow_(allowed|denied))$",
}


def stats_config(inclusion: StatsInclusion) -> dict[str, Any]:
    """Return Envoy's `stats_config`: what Istio keeps, and what `inclusion` adds."""
    kept = [{"prefix": prefix} for prefix in (*_KEPT_PREFIXES, *inclusion.prefixes)]
    kept += [{"suffix": suffix} for suffix in (*_KEPT_SUFFIXES, *inclusion.suffixes)]
    expressions = [{"safe_regex": {"regex": regexp}} for regexp in (*_KEPT_REGEXPS, *inclusion.regexps)]
    return {
        "use_all_default_tags": False,
        "stats_tags": [{"tag_name": name, "regex": regexp} for name, regexp in _TAGS.items()],
        "stats_matcher": {"inclusion_list": {"patterns": [*kept, *expressions]}},
    }
