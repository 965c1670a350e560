"""The upstream Bookinfo manifests come up unmodified, with our ProcessImages."""

import urllib.request

import pytest
from mesh import ROOT, Mesh, eventually

SAMPLES = ROOT.parent / "shared" / "conformance" / "samples" / "bookinfo"


def test_upstream_manifests_run_unmodified(mesh: Mesh) -> None:
    if not SAMPLES.exists():
        pytest.skip(f"the upstream samples are not at {SAMPLES}")
    mesh.lateen("apply", "-f", str(ROOT / "examples/bookinfo/images.yaml"))
    for name in ("platform/kube/bookinfo.yaml", "networking/bookinfo-gateway.yaml", "networking/destination-rule-all.yaml",
                 "networking/virtual-service-reviews-v3.yaml"):  # fmt: skip
        mesh.lateen("apply", "-f", str(SAMPLES / name))
    for name in ("details-v1", "ratings-v1", "reviews-v1", "reviews-v2", "reviews-v3", "productpage-v1"):
        mesh.wait_ready(name)

    def red() -> bool:
        with urllib.request.urlopen(f"{mesh.gateway}/productpage", timeout=15) as answer:
            return "color: red" in answer.read().decode()

    eventually(red, 15, "a page with red stars")
    assert all(red() for _ in range(20))
