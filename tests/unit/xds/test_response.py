"""Responses joined from encoded pieces say what the protobuf classes read."""

from lateen.proto import descriptors, types
from lateen.proto.resource import resource
from lateen.xds.response import absent, compose, portions

RESPONSE = descriptors.message("envoy.service.discovery.v3.DeltaDiscoveryResponse")


def test_a_composed_response_decodes_to_what_went_in() -> None:
    clusters = [resource(types.CLUSTER, name, name.encode() * 100, aliases=("x",)) for name in ("a", "b")]
    data = compose(types.CLUSTER, "7", [cluster.entry for cluster in clusters], ["gone", "too"])
    read = RESPONSE.FromString(data)
    assert (read.type_url, read.nonce, list(read.removed_resources)) == (types.CLUSTER, "7", ["gone", "too"])
    assert [(r.name, r.version, r.resource.value, list(r.aliases)) for r in read.resources] == [
        (cluster.name, cluster.version, cluster.value(), ["x"]) for cluster in clusters
    ]


def test_an_absent_resource_has_its_name_as_alias_and_no_body() -> None:
    read = RESPONSE.FromString(compose(types.VIRTUAL_HOST, "1", [absent("80/nope")])).resources[0]
    assert (read.name, list(read.aliases), read.HasField("resource")) == ("80/nope", ["80/nope"], False)


def test_portions_keep_order_and_stay_under_the_limit_unless_one_is_larger() -> None:
    sizes = [10, 10, 500, 10, 10, 10]
    made = [resource(types.CLUSTER, f"c{i}", b"x" * size) for i, size in enumerate(sizes)]
    limit = 3 * len(made[0].entry)
    parts = list(portions(made, limit))
    assert [[r.name for r in part] for part in parts] == [["c0", "c1"], ["c2"], ["c3", "c4", "c5"]]
    assert list(portions([], limit)) == []
