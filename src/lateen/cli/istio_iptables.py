"""`lateen istio-iptables`: hand a pod's traffic to its proxy, from its init container; by nftables rules of our own.

https://istio.io/latest/docs/reference/commands/pilot-agent/#pilot-agent-istio-iptables
"""

import click

from lateen.base.errors import LateenError
from lateen.inject.traffic import PREFIX


@click.command(hidden=True, context_settings={"ignore_unknown_options": True})
@click.option("-p", "--envoy-port", default=15001, help="Where the proxy takes outbound connections.")
@click.option("-z", "--inbound-capture-port", default=15006, help="Where it takes inbound ones.")
@click.option("-u", "--proxy-uid", default=1337, help="The proxy's user.")
@click.option("-m", "--istio-inbound-interception-mode", "mode", default="REDIRECT", help="REDIRECT alone is offered.")
@click.option("-i", "--istio-service-cidr", "included", default="*", help="Outbound ranges that are captured.")
@click.option("-x", "--istio-service-exclude-cidr", "excluded", default="", help="Outbound ranges that are not.")
@click.option("-b", "--istio-inbound-ports", "inbound", default="*", help="Inbound ports that are captured.")
@click.option("-d", "--istio-local-exclude-ports", "not_inbound", default="", help="Inbound ports that are not.")
@click.option("-q", "--istio-outbound-ports", "outbound", default="", help="Outbound ports that are captured.")
@click.option("-o", "--istio-local-outbound-ports-exclude", "not_outbound", default="", help="Those that are not.")
@click.option("-c", "--istio-exclude-interfaces", "interfaces", default="", help="Interfaces left alone.")
@click.option("-n", "--dry-run", is_flag=True, help="Print the rules, and load none.")
@click.argument("rest", nargs=-1, type=click.UNPROCESSED)
def command(
    envoy_port: int, inbound_capture_port: int, proxy_uid: int, mode: str, included: str, excluded: str, inbound: str,
    not_inbound: str, outbound: str, not_outbound: str, interfaces: str, dry_run: bool, rest: tuple[str, ...],
) -> None:  # fmt: skip
    """Load the rules that capture this pod's traffic."""
    from lateen.app.settings import own_environment
    from lateen.runtime.pod_capture import capture_here

    if (envoy_port, inbound_capture_port, proxy_uid, mode) != (15001, 15006, 1337, "REDIRECT"):
        raise LateenError("only REDIRECT to ports 15001 and 15006, of the user 1337, is offered")
    said = {
        "includeOutboundIPRanges": included,
        "excludeOutboundIPRanges": excluded,
        "includeInboundPorts": inbound,
        "excludeInboundPorts": not_inbound,
        "includeOutboundPorts": outbound,
        "excludeOutboundPorts": not_outbound,
        "excludeInterfaces": interfaces,
    }
    rules = capture_here({PREFIX + name: value for name, value in said.items()}, own_environment(), load=not dry_run)
    click.echo(rules)
