"""Find a real Kubernetes: a kubeconfig that was given, or a folder with the commands to start one."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

COMMANDS = ("etcd", "kube-apiserver", "kube-controller-manager")
ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Given:
    """Either `kubeconfig`, of a cluster to be used as it is, or `folder`, with COMMANDS."""

    kubeconfig: Path | None = None
    folder: Path | None = None


@dataclass(frozen=True)
class Missing:
    """There is none; `why` says what is missing and how to get it."""

    why: str


def find_kubernetes() -> Given | Missing:
    """Look in LATEEN_TEST_KUBECONFIG, in KUBEBUILDER_ASSETS, and where `make kube-apiserver` builds, in this order.

    What is named but is not there is Missing: the next place is not tried.
    """
    if named := os.environ.get("LATEEN_TEST_KUBECONFIG"):
        path = Path(named)
        return Given(kubeconfig=path) if path.exists() else Missing(f"LATEEN_TEST_KUBECONFIG names no file: {path}")
    assets = os.environ.get("KUBEBUILDER_ASSETS")
    folder = Path(assets) if assets else _built()
    absent = [name for name in COMMANDS if not os.access(folder / name, os.X_OK)]
    if not absent:
        return Given(folder=folder)
    if assets:
        return Missing(f"KUBEBUILDER_ASSETS={assets} has no {', '.join(absent)}")
    return Missing(
        f"no Kubernetes to test against: {folder} has no {', '.join(absent)}. Run `make kube-apiserver` (needs Go), or "
        "set KUBEBUILDER_ASSETS to a folder with these commands, or LATEEN_TEST_KUBECONFIG to a cluster for tests"
    )


def _built() -> Path:
    where = [str(ROOT / "scripts" / "kubernetes"), "--where"]
    return Path(subprocess.run(where, capture_output=True, text=True, check=True, timeout=30).stdout.strip())
