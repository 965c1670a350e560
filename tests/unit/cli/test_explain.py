"""How a story is printed; it is told of a running mesh in tests/e2e/test_destination_rules.py."""

from typing import Any

import pytest

from lateen.cli.explain import _print, _value

COUNTER = {"field": "consecutive5xxErrors", "number": 5, "is_default": True, "ejections": 2, "counts": "answers"}
OFF = {"field": "consecutiveGatewayErrors", "number": 0, "is_default": True, "ejections": None, "counts": "502"}
OBEYED = {"namespace": "bank", "name": "web", "obeyed": True, "why": "the first that is found"}
STORY: dict[str, Any] = {
    "host": "web.bank", "namespace": "shop",
    "declared": [{"kind": "Service", "namespace": "bank", "name": "web", "ports": ["80/http"], "meant": True}],
    "virtual_services": [],
    "places": [{"namespace": "shop", "what": "the client's own namespace", "found": []},
               {"namespace": "bank", "what": "the service's", "found": [OBEYED]}],
    "elsewhere": [{**OBEYED, "namespace": "far", "obeyed": False, "why": "it stands in none of these namespaces"}],
    "upstreams": [{"name": "outbound|80||web.bank", "tls": "plaintext", "counters": [COUNTER, OFF]}],
}  # fmt: skip


def test_the_order_of_lookup_is_numbered_and_each_counter_says_how_often_it_fired(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _print(STORY)
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert "  declared by Service bank/web, ports 80/http" in lines
    assert "  none: requests go to the service itself" in lines
    at = lines.index("  1. shop (the client's own namespace)")
    assert lines[at + 1 : at + 6] == [
        "     none here",
        "  2. bank (the service's)",
        "     ✔ bank/web: the first that is found",
        "  elsewhere",
        "     ✘ far/web: it stands in none of these namespaces",
    ]
    rows = [line.split() for line in lines[-2:]]
    assert rows[0][1:5] == ["consecutive5xxErrors", "5", "(default)", "2"]
    assert rows[1][1:4] == ["consecutiveGatewayErrors", "off", "?"]


def test_a_statistic_is_found_by_its_clusters_whole_name() -> None:
    values = {"cluster.outbound|80||web.bank;.outlier_detection.ejections_active": 1}
    assert _value(values, "outbound|80||web.bank", "ejections_active") == 1
    assert _value({"cluster.outbound|80||web.outlier_detection.x": 2}, "outbound|80||web", "x") == 2
    assert _value(values, "outbound|80||web", "ejections_active") is None
