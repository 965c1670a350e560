"""The tests mirror the house: every source file has its test file, and no test file outlives its source."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "lateen"
UNIT = ROOT / "tests" / "unit"

# Files without logic of their own, or which only e2e tests can run: each with the reason.
EXEMPT = {
    "__main__.py": "one line",
    "app/istiod_process.py": "listens inside a mesh's network: every e2e test runs it, tests/e2e/test_faults.py kills it",
    "app/discovery_process.py": "a control plane in a cluster: tests/e2e/kubernetes/conftest.py starts it, test_faults.py kills it",
    "app/leftovers.py": "looks for what a mesh leaves in a cluster: tests/e2e/kubernetes/test_uninstall.py",
    "app/revision_tags.py": "tags are webhooks, which the embedded API server has not: tests/e2e/kubernetes/test_upgrade.py",
    "cli/precheck.py": "needs a cluster: tests/e2e/kubernetes/test_install.py",
    "cli/bookinfo.py": "a story told with a real mesh and database: tests/e2e/test_demo.py",
    "cli/cluster.py": "reaches a cluster: every test of tests/e2e/kubernetes/test_install.py",
    "cli/demo.py": "chooses the story: tests/e2e/test_demo.py",
    "cli/discovery.py": "one line: tests/e2e/kubernetes/conftest.py",
    "cli/down.py": "ends a real mesh: tests/e2e/test_faults.py, also after kill -9 of everything",
    "cli/install.py": "needs a cluster: tests/e2e/kubernetes/test_install.py",
    "cli/internal.py": "starts the mesh's processes: tests/e2e/mesh.py; add-host: tests/e2e/test_bookinfo.py, rotate: tests/e2e/test_mutual_tls.py",
    "cli/logs.py": "needs a node that runs pods: tests/e2e/test_bookinfo.py counts requests by it",
    "cli/progress.py": "waits for a real mesh: tests/e2e/mesh.py starts every mesh by it",
    "cli/proxy.py": "runs in an injected container: tests/e2e/kubernetes/test_injection.py",
    "cli/status.py": "asks a node, a control plane and an API: tests/e2e/test_faults.py finds its victims by it",
    "cli/uninstall.py": "needs a cluster: tests/e2e/kubernetes/test_uninstall.py",
    "cli/verify_install.py": "needs a cluster: tests/e2e/kubernetes/test_install.py",
    "cli/windows.py": "looks into pods of a cluster, or asks a local mesh: tests/e2e/kubernetes/test_bookinfo.py",
    "sources/pod_exec.py": "needs a node that runs pods: tests/e2e/kubernetes/test_bookinfo.py reads proxies by it",
    "sources/webhook_kinds.py": "two kinds, declared: tests/unit/app/test_webhook_bundles.py",
    "runtime/api_process.py": "starts the API server of a mesh: every e2e test runs it, tests/e2e/test_injection.py its admission",
    "runtime/mariadb.py": "needs a MariaDB in a network namespace: tests/e2e/test_bookinfo.py",
    "runtime/node.py": "puts a real mesh together: every e2e test runs it, tests/e2e/test_faults.py kills its parts",
    "runtime/node_process.py": "takes the machine's network: tests/e2e/test_faults.py, also after kill -9",
    "runtime/node_api.py": "the node's windows: tests/e2e/test_faults.py (status, stop), tests/e2e/test_mutual_tls.py (rotate)",
}


def _sources() -> list[Path]:
    return [path.relative_to(SOURCE) for path in sorted(SOURCE.rglob("*.py")) if path.name != "__init__.py"]


def _declares_only(path: Path) -> bool:
    """A file of declarations (models, specs) has no function with a body worth a test of its own."""
    return "def " not in (SOURCE / path).read_text()


@pytest.mark.parametrize("path", _sources(), ids=str)
def test_source_file_has_its_test(path: Path) -> None:
    if str(path) in EXEMPT or _declares_only(path):
        return
    places = [
        UNIT / path.parent / f"test_{path.stem.lstrip('_')}.py",
        ROOT / "tests" / "e2e" / path.parent / f"test_{path.stem}.py",
    ]
    assert any(place.exists() for place in places), f"write {places[0].relative_to(ROOT)}"


def test_unit_tests_have_their_source() -> None:
    orphans = [
        test.relative_to(ROOT)
        for test in sorted(UNIT.rglob("test_*.py"))
        if not any(
            (SOURCE / test.parent.relative_to(UNIT) / f"{prefix}{test.stem.removeprefix('test_')}.py").exists()
            for prefix in ("", "_")
        )
        and not (SOURCE / test.parent.relative_to(UNIT) / test.stem.removeprefix("test_")).is_dir()
    ]
    assert orphans == []


@pytest.mark.parametrize("path", EXEMPT)
def test_an_exemption_is_of_a_file_without_test_and_names_tests_that_there_are(path: str) -> None:
    source = Path(path)
    assert (SOURCE / source).exists()
    assert not (UNIT / source.parent / f"test_{source.stem}.py").exists()
    assert all((ROOT / test).exists() for test in re.findall(r"tests/[\w/]+\.py", EXEMPT[path]))
