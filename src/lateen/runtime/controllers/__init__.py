"""The controllers of a local mesh: what Kubernetes' controller manager does."""

from lateen.runtime.controllers.controller import Controller
from lateen.runtime.controllers.deployment import DEPLOYMENTS
from lateen.runtime.controllers.endpointslice import ENDPOINT_SLICES
from lateen.runtime.controllers.replicaset import REPLICA_SETS
from lateen.runtime.controllers.serviceaccount import SERVICE_ACCOUNTS

CONTROLLERS: tuple[Controller, ...] = (
    SERVICE_ACCOUNTS,
    DEPLOYMENTS,
    REPLICA_SETS,
    ENDPOINT_SLICES,
)

# The kinds that they read or write: what their mirror holds.
KINDS = (
    "Namespace",
    "ServiceAccount",
    "Deployment",
    "ReplicaSet",
    "Pod",
    "Service",
    "EndpointSlice",
)
