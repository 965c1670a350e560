import gc

from lateen.base.refs import Origin
from lateen.envoy.build import Builder
from lateen.plan.listener import Listener
from lateen.plan.route import RouteConfig
from lateen.plan.upstream import Endpoint, LoadAssignment, LocalityEndpoints, Upstream
from lateen.proto import types
from lateen.proto.descriptors import message


def upstream(**plan):
    return Upstream(name="a", discovery="EDS", **plan)


def test_equal_pieces_are_one_resource():
    build = Builder()
    assert build.cluster(upstream(port=80)) is build.cluster(upstream(port=80))
    assert build.cluster(upstream(port=80)) is not build.cluster(upstream(port=81))


def test_pieces_of_one_name_but_another_type_are_other_resources():
    build = Builder()
    held = [
        build.cluster(upstream()),
        build.load_assignment(LoadAssignment("a")),
        build.route_config(RouteConfig(name="a", virtual_hosts=())),
        build.listener(Listener(name="a", address="0.0.0.0", port=80, direction="OUTBOUND", chains=())),
    ]
    urls = (types.CLUSTER, types.ENDPOINT, types.ROUTE, types.LISTENER)
    for made, url in zip(held, urls, strict=True):
        response = message("envoy.service.discovery.v3.DeltaDiscoveryResponse").FromString(made.entry)
        assert response.resources[0].name == "a"
        assert response.resources[0].resource.type_url == url
        message(types.message_name(url)).FromString(made.value())
    assert len(build) == 4


def test_what_nobody_holds_is_forgotten():
    build = Builder()
    held = build.cluster(upstream())
    build.cluster(upstream(port=1))
    gc.collect()
    assert len(build) == 1
    del held
    gc.collect()
    assert len(build) == 0


def test_versions_are_the_same_for_every_builder():
    endpoints = (LocalityEndpoints((Endpoint("10.0.0.1", 80),)),)
    versions = {Builder().load_assignment(LoadAssignment("a", endpoints)).version for _ in range(2)}
    assert len(versions) == 1
    assert Builder().load_assignment(LoadAssignment("a")).version not in versions


def test_a_resource_remembers_its_origin():
    origin = Origin("DestinationRule", "n", "a", "spec", "a.yaml", 3)
    assert Builder().cluster(upstream(origin=origin)).origin == origin
