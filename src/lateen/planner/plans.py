"""All plans of the mesh as incremental collections, computed for the scopes somebody wants."""

from collections.abc import Mapping
from typing import Protocol

from lateen.base.refs import Key
from lateen.plan.listener import Listener
from lateen.plan.route import RouteConfig
from lateen.plan.upstream import LoadAssignment, Upstream
from lateen.planner.scope import Scope
from lateen.registry.workload import Workload
