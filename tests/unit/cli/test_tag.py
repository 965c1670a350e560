from typing import Any

import yaml


def test_a_tag_is_printed_as_the_webhook_that_it_is(lateen: Any) -> None:
    found = yaml.safe_load(lateen("tag", "generate", "prod", "--revision", "canary").stdout)
    assert (found["kind"], found["metadata"]["name"]) == ("MutatingWebhookConfiguration", "istio-revision-tag-prod")
    assert (
        found["metadata"]["labels"]["istio.io/tag"] == "prod"
        and found["metadata"]["labels"]["istio.io/rev"] == "canary"
    )
    assert {hook["clientConfig"]["service"]["name"] for hook in found["webhooks"]} == {"istiod-canary"}
