"""`lateen discovery`: the control plane in a cluster, where Istio has `pilot-discovery discovery`."""

import asyncio

import click


@click.command(hidden=True, context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def command() -> None:
    """Run the control plane of this cluster; its Deployment starts it."""
    from lateen.app.discovery_process import run_discovery
    from lateen.app.settings import own_environment

    asyncio.run(run_discovery(own_environment()))
