from dataclasses import dataclass, field

from lateen.kinds.networking.retries import HTTPRetry
from lateen.plan.route import DirectResponse, Forward, Redirect, Retries
from lateen.plan.route_policy import HashKey, Mirror
from lateen.planner.http_rule import Copy, HttpRule, Match, Refer, Send, Share
from lateen.planner.routes import plan_routes
from lateen.planner.site import Directory, Place, Site, Where
from lateen.planner.target import Target
from lateen.planner.traffic import Traffic

KEYS = {"a.x": HashKey(kind="header", name="x-user"), "b.x": HashKey(kind="header", name="x-user")}


@dataclass(frozen=True)
class Here:
    site: Site = field(default_factory=lambda: Site(namespace="shop", gateway="mesh", port=8080))

    def routes(self, *rules: HttpRule):
        directory = Directory(lambda host: None, lambda host, port, subset: KEYS.get(host))
        written = Traffic(
            namespace="shop", name="r", hosts=("r.x",), gateways=("mesh",), exports=("*",), http=tuple(rules)
        )
        return plan_routes(written, Place(self.site, directory))

    def action(self, action: Send | Refer | DirectResponse):
        (found,) = self.routes(HttpRule(action=action))
        return found.action


def sends(*hosts: str, **more) -> Send:
    return Send(shares=tuple(Share(target=Target(host), weight=1) for host in hosts), **more)


def test_requests_are_hashed_by_each_key_of_their_destinations_once():
    assert Here().action(sends("a.x", "b.x")).hashing == (KEYS["a.x"],)
    assert Here().action(sends("c.x")).hashing == ()


def test_copies_and_shares_are_resolved_where_they_are_read():
    found = Here().action(sends("a.x", mirrors=(Copy(Target("m.x"), 5.0),)))
    assert isinstance(found, Forward)
    assert [one.upstream for one in found.destinations] == ["outbound|8080||a.x"]
    assert found.mirrors == (Mirror("outbound|8080||m.x", 5.0),)


def test_a_redirect_finds_its_port():
    def port(said: Refer, **site) -> int:
        found = Here(Site(namespace="shop", gateway="mesh", port=8080, **site)).action(said)
        assert isinstance(found, Redirect)
        return found.port

    assert port(Refer(Redirect(), "request")) == 8080
    assert port(Refer(Redirect(), "scheme")) == 80
    assert port(Refer(Redirect(), "scheme"), tls=True) == 443
    assert port(Refer(Redirect(scheme="https"), "scheme")) == 443
    assert port(Refer(Redirect(port=9))) == 9


def test_retries_are_the_sites_unless_said():
    here = Here(Site(namespace="shop", gateway="mesh", port=8080, retries=HTTPRetry(attempts=7)))
    assert here.action(sends("a.x")).retries == Retries(attempts=7)
    assert here.action(sends("a.x", retries=Retries(attempts=1))).retries == Retries(attempts=1)
    assert here.action(sends("a.x", retries=Retries(attempts=0))).retries is None


def test_rules_hold_where_they_say_and_nothing_follows_what_takes_everything():
    elsewhere = HttpRule(action=sends("b.x"), matches=(Match(where=Where(port=1)),), name="elsewhere")
    all_ = HttpRule(action=DirectResponse(404), name="all")
    behind = HttpRule(action=sends("a.x"), name="behind")
    assert [one.name for one in Here().routes(elsewhere, all_, behind)] == ["all"]


def test_a_terse_redirect_leaves_out_the_schemes_own_port():
    def port(said: Refer, number: int = 80, **site) -> int:
        found = Here(Site(namespace="shop", gateway="mesh", port=number, **site)).action(said)
        assert isinstance(found, Redirect)
        return found.port

    assert port(Refer(Redirect(), "request", terse=True)) == 0
    assert port(Refer(Redirect(), "request", terse=True), 8080) == 8080
    assert port(Refer(Redirect(), "request", terse=True), 443, tls=True) == 0
    assert port(Refer(Redirect(scheme="https", port=443), terse=True)) == 0
    assert port(Refer(Redirect(scheme="https", port=80), terse=True)) == 80
