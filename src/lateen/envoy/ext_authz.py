"""Who is asked about requests and connections, as Envoy's ext_authz filters have it in common."""

from typing import Any

from lateen.envoy.fields import milliseconds
from lateen.plan.authorization import Consultation, Provider

_DECISION = "shadow_effective_policy_id"


def when_marked(config: Any, plan: Consultation, marked_by: str) -> None:
    """Have a filter ask only about what its rules marked; `marked_by`: the name of the RBAC filter that holds them."""
    enabled = config.filter_enabled_metadata
    enabled.filter = marked_by
    enabled.path.add(key=f"{plan.stage.trial_prefix}{_DECISION}")
    enabled.value.string_match.prefix = plan.mark
    config.failure_mode_allow = plan.provider.fail_open
    config.transport_api_version = "V3"


def grpc_service(target: Any, provider: Provider) -> None:
    """Fill an envoy.config.core.v3.GrpcService."""
    target.envoy_grpc.cluster_name = provider.upstream
    target.envoy_grpc.authority = provider.authority
    milliseconds(target.timeout, provider.timeout_ms)
