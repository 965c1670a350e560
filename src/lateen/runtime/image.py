"""What every container sees of this machine: programs and libraries, and no one's data."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lateen.runtime.rootfs import covered

_PROGRAMS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store")
_SETTINGS = (
    "alternatives",
    "ca-certificates",
    "crypto-policies",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "mime.types",
    "pki/ca-trust",
    "pki/tls/cert.pem",
    "pki/tls/certs",
    "protocols",
    "services",
    "ssl/certs",
    "ssl/openssl.cnf",
    "timezone",
)


@dataclass(frozen=True, slots=True)
class Image:
    """The read-only part of a container's root. `links`: path and what it points to."""

    folders: tuple[str, ...]
    links: tuple[tuple[str, str], ...]

    @classmethod
    def of_machine(cls) -> "Image":
        """This machine's programs and libraries, and the Python (with its packages) that runs this."""
        links = tuple((path, os.readlink(path)) for path in _PROGRAMS if os.path.islink(path))
        wanted = [path for path in _PROGRAMS if os.path.isdir(path) and not os.path.islink(path)]
        wanted += [str(Path(prefix).resolve()) for prefix in (sys.prefix, sys.base_prefix)]
        settings = [f"/etc/{name}" for name in _SETTINGS if os.path.exists(f"/etc/{name}")]
        return cls((*covered(wanted), *settings), links)


def account_files(uid: int, proxy_uid: int) -> dict[str, str]:
    """/etc/passwd, /etc/group and /etc/nsswitch.conf of a pod whose applications run as `uid`."""
    users = {"root": 0, "app": uid, "istio-proxy": proxy_uid, "nobody": 65534}
    passwd = [f"{name}:x:{number}:{number}::/tmp:/usr/sbin/nologin" for name, number in users.items()]
    group = [f"{name}:x:{number}:" for name, number in users.items()]
    return {
        "/etc/passwd": "\n".join(passwd) + "\n",
        "/etc/group": "\n".join(group) + "\n",
        "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    }


def name_files(
    hostname: str, ip: str, hosts: Mapping[str, Sequence[str]], nameserver: str, search: Sequence[str]
) -> dict[str, str]:
    """/etc/hostname, /etc/hosts and /etc/resolv.conf of a pod. IPv6 is off in pods."""
    lines = ["127.0.0.1\tlocalhost", f"{ip}\t{hostname}"]
    lines += [f"{address}\t{' '.join(names)}" for address, names in hosts.items()]
    resolv = f"search {' '.join(search)}\nnameserver {nameserver}\noptions ndots:5\n"
    return {
        "/etc/hostname": f"{hostname}\n",
        "/etc/hosts": "\n".join(lines) + "\n",
        "/etc/resolv.conf": resolv,
    }
