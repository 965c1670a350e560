from importlib.resources import files

import yaml

from lateen.install.access import access, cluster_rules
from lateen.install.parts import Installation
from lateen.install.settings import settings


def installation(*values):
    return Installation(settings(values=values), "1")


def granted(rules):
    """What rules without names grant: (group, resource, verb)."""
    return {
        (group, resource, verb)
        for rule in rules
        if not rule.get("resourceNames")
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def test_nothing_is_granted_that_the_mesh_does_not_need():
    every = [rule for raw in access(installation()) for rule in raw.get("rules", ())]
    assert not any("*" in rule["verbs"] or "*" in rule["apiGroups"] for rule in every)
    writes = {verb for group, resource, verb in granted(cluster_rules(installation())) if resource == "secrets"}
    assert writes == {"get", "list", "watch"}


def test_a_cluster_grants_what_the_embedded_api_server_grants_but_for_what_only_that_has():
    roles = yaml.safe_load(files("lateen.apiserver").joinpath("roles.yaml").read_text())["roles"]
    signer = "values.pilot.env.K8S_SIGNER=a/b"
    ours = granted(rule for raw in access(installation(signer)) for rule in raw.get("rules", ()))
    local = granted(
        rule for rule in roles["lateen:control-plane"]["rules"] if rule["apiGroups"] != ["apps", "lateen.dev"]
    )
    wide = {(group, "*", verb) for group, resource, verb in local if resource != "*"} & ours
    missing = {one for one in local - ours if (one[0], "*", one[2]) not in wide}
    assert missing == set()


def test_webhooks_are_changed_by_name_alone_those_of_tags_too():
    rules = [
        rule
        for rule in cluster_rules(installation("revision=r", "values.revisionTags[0]=prod"))
        if rule.get("resourceNames")
    ]
    assert rules[0]["resourceNames"] == [
        "istio-sidecar-injector-r-istio-system", "istio-validator-r-istio-system", "istio-revision-tag-prod",
    ]  # fmt: skip
