"""What is claimed has the API's names, each once, and there is room for it in a GatewayClass."""

import json
from pathlib import Path

import pytest

from lateen.planner.gateway_api.features import FEATURES, NOT_YET, extended

KNOWN = Path(__file__).parents[5] / "shared" / "conformance" / "gateway-api-conformance" / "features.json"
# Claimed by what its own cases show, though the corpus's list leaves them out.
LATER = {"GatewayBackendClientCertificate"}


def test_a_class_has_room_for_all():
    assert len(FEATURES) == len(set(FEATURES)) <= 64


@pytest.mark.skipif(not KNOWN.exists(), reason=f"{KNOWN} is not here: names are not compared")
def test_names_are_the_apis():
    assert set(FEATURES) - LATER <= {one["feature"] for one in json.loads(KNOWN.read_text())}


def test_a_profile_has_what_its_routes_and_their_parents_can_do():
    assert {"GatewayPort8080", "HTTPRouteRetry", *NOT_YET} <= set(extended("GATEWAY-HTTP"))
    assert not {"HTTPRoute", "TLSRoute", "Mesh"} & set(extended("GATEWAY-HTTP"))
    assert "MeshConsumerRoute" in extended("MESH-HTTP") and "Gateway" not in extended("MESH-HTTP")
