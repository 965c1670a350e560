"""`kubectl apply` and `kubectl diff`: owners and conflicts, pruning, folders, kustomizations, dry runs."""

import json

from kubectl import Kubectl

CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME, labels: {app: shop}}\ndata: {color: red}\n"
ROUTE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web}
spec:
  hosts: [web]
  http:
  - name: first
    route:
    - {destination: {host: web, subset: v1}, weight: 90}
    - {destination: {host: web, subset: v2}, weight: 10}
"""


def config(name: str) -> str:
    return CONFIG.replace("NAME", name)


async def names(kubectl: Kubectl) -> list[str]:
    return (await kubectl("get cm -o name")).replace("configmap/", "").split()


async def test_client_side_apply_keeps_what_others_wrote_and_removes_what_it_gave(kubectl: Kubectl) -> None:
    await kubectl("apply -f -", config("a").replace("{color: red}", "{color: red, size: big}"))
    await kubectl("""patch cm a --type=merge -p '{"data": {"shape": "round"}}'""")
    assert await kubectl("apply -f -", config("a").replace("red", "blue")) == "configmap/a configured\n"
    assert (await kubectl.json("get cm a"))["data"] == {"color": "blue", "shape": "round"}


async def test_the_last_applied_configuration_can_be_seen(kubectl: Kubectl) -> None:
    await kubectl("apply -f -", config("a"))
    seen = json.loads(await kubectl("apply view-last-applied cm a -o json"))
    assert seen["data"] == {"color": "red"}


async def test_server_side_apply_shares_an_object_between_managers(kubectl: Kubectl) -> None:
    await kubectl("apply --server-side --field-manager=one -f -", config("a"))
    other = CONFIG.replace("NAME", "a").replace("{color: red}", "{size: big}").replace(", labels: {app: shop}", "")
    assert await kubectl("apply --server-side --field-manager=two -f -", other) == "configmap/a serverside-applied\n"
    assert (await kubectl.json("get cm a"))["data"] == {"color": "red", "size": "big"}
    managed = (await kubectl.json("get cm a --show-managed-fields"))["metadata"]["managedFields"]
    owned = {entry["manager"]: set(entry["fieldsV1"]["f:data"]) for entry in managed}
    assert owned == {"one": {"f:color"}, "two": {"f:size"}}
    # What its only owner no longer gives is taken away; the other's stays.
    await kubectl("apply --server-side --field-manager=two -f -", other.replace("data: {size: big}", "data: {}"))
    assert (await kubectl.json("get cm a"))["data"] == {"color": "red"}


async def test_server_side_apply_names_the_owner_of_a_conflict_and_changes_nothing(kubectl: Kubectl) -> None:
    await kubectl("apply --server-side --field-manager=one -f -", ROUTE)
    before = await kubectl("get vs web -o yaml --show-managed-fields")
    changed = ROUTE.replace("weight: 90", "weight: 80").replace("weight: 10", "weight: 20")
    said = await kubectl.refused("apply --server-side --field-manager=two -f -", changed)
    assert 'conflict with "one"' in said and ".spec.http" in said
    assert await kubectl("get vs web -o yaml --show-managed-fields") == before
    await kubectl("apply --server-side --field-manager=two --force-conflicts -f -", changed)
    managed = (await kubectl.json("get vs web --show-managed-fields"))["metadata"]["managedFields"]
    assert "f:http" in next(entry for entry in managed if entry["manager"] == "two")["fieldsV1"]["f:spec"]


async def test_a_folder_is_applied_with_all_below_it(kubectl: Kubectl) -> None:
    kubectl.write("shop/a.yaml", config("a"))
    kubectl.write("shop/deep/b.yaml", config("b"))
    assert await kubectl("apply -f shop") == "configmap/a created\n"
    assert await kubectl("apply -R -f shop") == "configmap/a unchanged\nconfigmap/b created\n"
    assert await kubectl("delete -R -f shop") == 'configmap "a" deleted\nconfigmap "b" deleted\n'


async def test_pruning_removes_what_the_files_no_longer_have(kubectl: Kubectl) -> None:
    kubectl.write("shop/a.yaml", config("a"))
    gone = kubectl.write("shop/b.yaml", config("b"))
    await kubectl("apply -f shop")
    await kubectl("apply -f -", config("other").replace("app: shop", "app: other"))
    gone.unlink()
    said = await kubectl("apply -f shop --prune -l app=shop --prune-allowlist=core/v1/ConfigMap")
    assert said == "configmap/a unchanged\nconfigmap/b pruned\n"
    assert await names(kubectl) == ["a", "other"]


async def test_an_apply_set_prunes_what_left_it(kubectl: Kubectl) -> None:
    kubectl.environment["KUBECTL_APPLYSET"] = "true"
    kubectl.write("shop/a.yaml", config("a"))
    gone = kubectl.write("shop/b.yaml", config("b"))
    await kubectl("apply -f shop -n default --prune --server-side --applyset=configmaps/shop")
    gone.unlink()
    said = await kubectl("apply -f shop -n default --prune --server-side --applyset=configmaps/shop")
    assert said.splitlines() == ["configmap/a serverside-applied", "configmap/b pruned"]
    assert await names(kubectl) == ["a", "shop"]


async def test_a_kustomization_is_applied_and_deleted(kubectl: Kubectl) -> None:
    kubectl.write("shop/a.yaml", config("a"))
    kubectl.write(
        "shop/kustomization.yaml",
        "resources: [a.yaml]\nnamePrefix: new-\nlabels: [{pairs: {team: t}}]\n"
        'patches: [{target: {kind: ConfigMap}, patch: \'[{"op": "replace", "path": "/data/color", "value": "green"}]\'}]\n'
        "configMapGenerator: [{name: made, literals: [x=y], options: {disableNameSuffixHash: true}}]\n",
    )
    assert "new-a" in await kubectl("kustomize shop")
    await kubectl("apply -k shop")
    found = await kubectl.json("get cm new-a")
    assert found["data"] == {"color": "green"} and found["metadata"]["labels"] == {"app": "shop", "team": "t"}
    assert sorted(await names(kubectl)) == ["new-a", "new-made"]
    await kubectl("delete -k shop")
    assert await names(kubectl) == []


async def test_diff_tells_by_its_exit_code(kubectl: Kubectl) -> None:
    await kubectl("apply -f -", ROUTE)
    same = await kubectl.run("diff", "-f", "-", stdin=ROUTE)
    assert (same.code, same.out) == (0, "")
    changed = await kubectl.run(
        "diff", "-f", "-", stdin=ROUTE.replace("weight: 90", "weight: 100").replace("weight: 10}", "weight: 0}")
    )
    assert changed.code == 1 and "-      weight: 90" in changed.out and "+      weight: 100" in changed.out
    wrong = await kubectl.run("diff", "-f", "-", stdin=ROUTE.replace("weight: 90", "weight: many"))
    assert wrong.code > 1 and "spec.http[0].route[0].weight" in wrong.err
    new = await kubectl.run("diff", "--server-side", "-f", "-", stdin=config("new"))
    assert new.code == 1 and "+  color: red" in new.out
    assert await names(kubectl) == []
    assert (await kubectl.json("get vs web"))["metadata"]["generation"] == 1


async def test_a_dry_run_is_checked_by_the_server_and_stores_nothing(kubectl: Kubectl) -> None:
    assert await kubectl("apply --dry-run=server -f -", config("a")) == "configmap/a created (server dry run)\n"
    assert await kubectl("create cm b --from-literal=x=y --dry-run=server") == "configmap/b created (server dry run)\n"
    assert await names(kubectl) == []
    refused = await kubectl.refused("apply --dry-run=server -f -", ROUTE.replace("weight: 90", "weight: -1"))
    assert "spec.http[0].route[0].weight" in refused
    await kubectl("apply -f -", config("a"))
    await kubectl("delete cm a --dry-run=server")
    await kubectl("label cm a x=y --dry-run=server")
    assert (await kubectl.json("get cm a"))["metadata"]["labels"] == {"app": "shop"}


async def test_an_unknown_kind_and_a_missing_namespace_are_named(kubectl: Kubectl) -> None:
    said = await kubectl.refused("apply -f -", "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec: {}\n")
    assert 'no matches for kind "Job" in version "batch/v1"' in said
    assert 'namespaces "nowhere" not found' in await kubectl.refused("apply -n nowhere -f -", config("a"))
    elsewhere = config("a").replace("name: a", "name: a, namespace: shop")
    assert "does not match the namespace" in await kubectl.refused("apply -n default -f -", elsewhere)
