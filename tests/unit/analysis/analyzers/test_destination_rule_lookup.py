import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import REVIEWS, findings, istio

from lateen.analysis.analyzers.destination_rule_lookup import ANALYZER

RULE = istio("DestinationRule", "own", "{host: reviews}")


def client_rule(more: str = "") -> str:
    text = istio("DestinationRule", "theirs", "{host: reviews.shop.svc.cluster.local" + more + "}")
    return text.replace("name: theirs", "name: theirs, namespace: client")


def test_a_rule_in_a_clients_namespace_is_told_beside_the_services_own() -> None:
    (one,) = findings(ANALYZER, REVIEWS + RULE + client_rule())
    assert (one.code, str(one.resource)) == ("LAT0006", "DestinationRule shop/own")
    assert one.text.startswith("Clients in namespace client obey DestinationRule client/theirs for reviews.shop.svc")
    assert one.fix.startswith("a client looks in its own namespace, then the service's, then istio-system")


def test_a_rule_that_is_exported_where_nobody_looks_for_it_is_told() -> None:
    (one,) = findings(ANALYZER, REVIEWS + client_rule(", exportTo: [elsewhere]"))
    assert (one.code, one.path) == ("LAT0005", "spec.exportTo")


def test_one_rule_beside_its_service_is_nothing_to_tell() -> None:
    assert findings(ANALYZER, REVIEWS + RULE) == []
