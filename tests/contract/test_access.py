"""Who may do what: RBAC, reviews, impersonation, and the words of a refusal."""

from typing import Any

import pytest
from apis import Answer, Api
from apiservers import CONFIG_MAP, config_map
from roles import binding, role

from lateen.base.tasks import until_seen
from lateen.kinds.all import by_kind

READ = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"]}
ROLE, BINDING = by_kind("Role"), by_kind("RoleBinding")
REVIEWS = "/apis/authorization.k8s.io/v1"


def acting(user: str) -> dict[str, str]:
    """Headers of an admin who acts as `user`."""
    return {"Impersonate-User": user}


async def grant(api: Api, user: str, *rules: dict[str, Any], name: str = "r") -> None:
    """Give `user` rights in the test's namespace, and wait until they count."""
    namespaced = {"name": name, "namespace": api.namespace}
    made = role("Role", name, rules=list(rules)) | {"metadata": namespaced}
    await api.client.create(ROLE, made)
    bound = binding("RoleBinding", name, f"Role/{name}", f"User:{user}") | {"metadata": namespaced}
    await api.client.create(BINDING, bound)
    first = rules[0]
    asked = {"verb": first["verbs"][0], "group": first["apiGroups"][0], "resource": first["resources"][0]}

    async def counts() -> bool:
        return bool((await may(api, user, asked))["allowed"])

    await until_seen(counts, seconds=10, what=f"the rights of {user}")


async def may(api: Api, user: str, asked: dict[str, Any]) -> Any:
    spec = {"user": user, "resourceAttributes": {"namespace": api.namespace} | asked}
    return (await review(api, "subjectaccessreviews", spec)).body["status"]


async def review(api: Api, plural: str, spec: dict[str, Any], **options: Any) -> Answer:
    kinds = {
        "subjectaccessreviews": "SubjectAccessReview",
        "selfsubjectaccessreviews": "SelfSubjectAccessReview",
        "selfsubjectrulesreviews": "SelfSubjectRulesReview",
    }
    body = {"apiVersion": "authorization.k8s.io/v1", "kind": kinds[plural], "spec": spec}
    return await api.ask("POST", f"{REVIEWS}/{plural}", body, **options)


async def test_what_no_rule_allows_is_forbidden_in_kubernetes_words(api: Api) -> None:
    listed = await api.ask("GET", api.path(CONFIG_MAP), headers=acting("alice"))
    assert (listed.status, listed.body["reason"]) == (403, "Forbidden")
    assert listed.body["message"] == (
        'configmaps is forbidden: User "alice" cannot list resource "configmaps" in API group "" '
        f'in the namespace "{api.namespace}"'
    )
    named = await api.ask("GET", api.path(CONFIG_MAP, "a"), headers=acting("alice"))
    assert named.body["message"].startswith('configmaps "a" is forbidden: User "alice" cannot get resource')
    assert named.body["details"] == {"name": "a", "kind": "configmaps"}
    path = await api.ask("GET", "/metrics", headers=acting("alice"))
    assert (path.status, path.body["message"]) == (403, 'forbidden: User "alice" cannot get path "/metrics"')


async def test_a_role_bound_in_a_namespace_holds_there(api: Api) -> None:
    await grant(api, "alice", READ)
    await api.client.create(CONFIG_MAP, config_map("a", {}, api.namespace))
    assert (await api.ask("GET", api.path(CONFIG_MAP, "a"), headers=acting("alice"))).status == 200
    body = config_map("b", {}, api.namespace)
    assert (await api.ask("POST", api.path(CONFIG_MAP), body, headers=acting("alice"))).status == 403
    assert (await api.ask("GET", "/api/v1/namespaces/default/configmaps", headers=acting("alice"))).status == 403
    assert (await api.ask("GET", api.path(CONFIG_MAP), headers=acting("bob"))).status == 403


async def test_a_rule_may_be_for_some_names_also_in_lists_narrowed_to_one(api: Api) -> None:
    await grant(api, "alice", READ | {"verbs": ["list"], "resources": ["secrets"]}, READ | {"resourceNames": ["a"]})
    await api.client.create(CONFIG_MAP, config_map("a", {}, api.namespace))
    headers = acting("alice")
    assert (await api.ask("GET", api.path(CONFIG_MAP, "a"), headers=headers)).status == 200
    assert (await api.ask("GET", api.path(CONFIG_MAP, "b"), headers=headers)).status == 403
    assert (await api.ask("GET", api.path(CONFIG_MAP), headers=headers)).status == 403
    narrowed = {"fieldSelector": "metadata.name=a"}
    assert (await api.ask("GET", api.path(CONFIG_MAP), query=narrowed, headers=headers)).status == 200


async def test_nobody_grants_what_they_do_not_hold(api: Api) -> None:
    write_roles = {"apiGroups": [ROLE.group], "resources": ["roles", "rolebindings"], "verbs": ["create"]}
    await grant(api, "alice", write_roles, READ)
    held = role("Role", "held", rules=[READ])
    assert (await api.ask("POST", api.path(ROLE), held, headers=acting("alice"))).status == 201
    more = role("Role", "more", rules=[READ | {"resources": ["secrets"]}])
    refused = await api.ask("POST", api.path(ROLE), more, headers=acting("alice"))
    assert refused.status == 403
    told = 'roles.rbac.authorization.k8s.io "more" is forbidden: user "alice" (groups=["system:authenticated"]) is '
    assert refused.body["message"].startswith(told + "attempting to grant RBAC permissions not currently held:\n{")
    bound = binding("RoleBinding", "more", "ClusterRole/cluster-admin", "User:alice")
    assert (await api.ask("POST", api.path(BINDING), bound, headers=acting("alice"))).status == 403


async def test_the_role_of_a_binding_stays(api: Api) -> None:
    await grant(api, "alice", READ)
    patch = {"roleRef": {"kind": "ClusterRole", "name": "view"}}
    media = "application/merge-patch+json"
    refused = await api.ask("PATCH", api.path(BINDING, "r"), patch, content_type=media)
    assert (refused.status, refused.body["details"]["causes"][0]["field"]) == (422, "roleRef")


@pytest.mark.parametrize(
    ("kind", "fields", "path"),
    [
        ("Role", {"rules": [{"apiGroups": [""], "resources": ["pods"]}]}, "rules[0].verbs"),
        ("Role", {"rules": [{"verbs": ["get"], "nonResourceURLs": ["/x"]}]}, "rules[0].nonResourceURLs"),
        ("RoleBinding", {"roleRef": {"kind": "Role", "name": ""}}, "roleRef.name"),
    ],
)
async def test_a_role_or_binding_that_says_nothing_is_invalid(
    api: Api, kind: str, fields: dict[str, Any], path: str
) -> None:
    refused = await api.ask("POST", api.path(by_kind(kind)), role(kind, "x", **fields))
    assert refused.status == 422
    assert path in [cause["field"] for cause in refused.body["details"]["causes"]]


async def test_reviews_say_what_somebody_may(api: Api) -> None:
    await grant(api, "alice", READ)
    get = {"verb": "get", "resource": "configmaps"}
    assert (await may(api, "alice", get))["allowed"]
    assert not (await may(api, "alice", get | {"verb": "delete"}))["allowed"]
    own = {"resourceAttributes": get | {"namespace": api.namespace}}
    answer = await review(api, "selfsubjectaccessreviews", own, headers=acting("alice"))
    assert answer.status == 201 and answer.body["status"]["allowed"]
    listed = await review(api, "selfsubjectrulesreviews", {"namespace": api.namespace}, headers=acting("alice"))
    rules = listed.body["status"]["resourceRules"]
    assert READ in [{name: sorted(values) for name, values in rule.items()} for rule in rules]


@pytest.mark.parametrize(
    ("spec", "field"),
    [({"user": "alice"}, "spec.resourceAttributes"), ({"resourceAttributes": {"verb": "get"}}, "spec.user")],
)
async def test_a_review_of_nothing_is_invalid(api: Api, spec: dict[str, Any], field: str) -> None:
    refused = await review(api, "subjectaccessreviews", spec)
    assert (refused.status, refused.body["details"]["causes"][0]["field"]) == (422, field)


async def test_who_may_not_impersonate_is_told_so(api: Api) -> None:
    await grant(api, "alice", READ)
    token = await _token(api)
    refused = await api.ask("GET", api.path(CONFIG_MAP), token=token, headers=acting("alice"))
    assert refused.status == 403
    # Newer releases of Kubernetes ask for a right of their own for each verb, and say so.
    assert "cannot impersonate" in refused.body["message"]


async def _token(api: Api) -> str:
    """A token of the test's service account."""
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    made = await api.ask("POST", api.path("ServiceAccount", "default", subresource="token"), body)
    return str(made.body["status"]["token"])


async def test_a_service_account_is_who_its_token_says(api: Api) -> None:
    token = await _token(api)
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    told = await api.ask("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", body, token=token)
    user = told.body["status"]["userInfo"]
    assert user["username"] == f"system:serviceaccount:{api.namespace}:default"
    assert set(user["groups"]) == {
        "system:serviceaccounts",
        f"system:serviceaccounts:{api.namespace}",
        "system:authenticated",
    }
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token}}
    told = await api.ask("POST", "/apis/authentication.k8s.io/v1/tokenreviews", review)
    assert told.body["status"]["authenticated"] and told.body["status"]["user"]["username"] == user["username"]
    review["spec"] = {"token": "wrong"}
    told = await api.ask("POST", "/apis/authentication.k8s.io/v1/tokenreviews", review)
    assert not told.body["status"].get("authenticated", False)
