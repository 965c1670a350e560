"""Helm, where there is one: tests of our charts render them as their users do."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
Raw = dict[str, Any]


def find_helm() -> Path:
    """Return the Helm that `make kubernetes-for-tests` builds, or the machine's own; skips where there is none."""
    where = [str(ROOT / "scripts" / "kubernetes"), "--where", "helm"]
    built = Path(subprocess.run(where, capture_output=True, text=True, check=True, timeout=30).stdout.strip()) / "helm"
    if built.exists():
        return built
    found = shutil.which("helm")
    if found is None:
        pytest.skip(f"no Helm to render the charts: {built} is not there. Run `make kubernetes-for-tests` (needs Go)")
    return Path(found)


class Helm:
    """Runs Helm on the charts below `folder`; `kubeconfig`: of the cluster that commands work on."""

    def __init__(self, folder: Path, kubeconfig: Path | None = None) -> None:
        self._command, self.folder, self._kubeconfig = find_helm(), folder, kubeconfig

    def run(self, *words: str, values: Raw | None = None, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command of Helm with values; raises AssertionError with what it says when it fails."""
        given: list[str] = ["--kubeconfig", str(self._kubeconfig)] if self._kubeconfig else []
        given += ["-f", "-"] if values else []
        said = yaml.safe_dump(values) if values else None
        home = {"HOME": str(self.folder), "PATH": "/usr/bin:/bin"}
        made = subprocess.run([str(self._command), *words, *given], input=said, capture_output=True, text=True,
                              check=False, timeout=120, env=home, cwd=self.folder)  # fmt: skip
        assert made.returncode == 0 or not check, made.stderr
        return made

    def rendered(
        self, chart: str, *, name: str = "", values: Raw | None = None, more: tuple[str, ...] = ()
    ) -> list[Raw]:
        """Return the objects of a chart."""
        words = ("template", name or chart, f"./{chart}", "-n", "istio-system", *more)
        return [raw for raw in yaml.safe_load_all(self.run(*words, values=values).stdout) if raw]
