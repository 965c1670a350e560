import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "support"))

from findings import found

from lateen.analysis.analyzers.external_control_plane import ANALYZER

NAME = "istio-validator-out"


def webhook(client: str, name: str = NAME) -> str:
    head = f"kind: ValidatingWebhookConfiguration\nmetadata: {{name: {name}}}\n"
    return f"{head}webhooks: [{{name: w, clientConfig: {client}}}]\n"


def test_a_webhook_without_a_host_or_with_an_address_for_one_is_told() -> None:
    wanted = f"ValidatingWebhookConfiguration shop/{NAME}"
    assert found(ANALYZER, webhook("{}")) == [("IST0163", wanted)]
    assert found(ANALYZER, webhook("{url: 'https://1.1.1.1:5100/x'}")) == [("IST0164", wanted)]


def test_hosts_services_and_webhooks_of_others_are_nothing_to_tell() -> None:
    for client in ("{url: 'https://test.com/x'}", "{service: {name: istiod}}"):
        assert found(ANALYZER, webhook(client)) == []
    assert found(ANALYZER, webhook("{}", "other")) == []
