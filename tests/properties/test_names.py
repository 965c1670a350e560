"""Whatever happens to names and to the streams that carry them: an agent ends with the names there are."""

from contextlib import suppress

from hypothesis import example, given
from hypothesis import strategies as st

from lateen.node.names import Names
from lateen.proto.name_table import NAME, NameInfo
from lateen.proto.resource import resource
from lateen.xds.session import ProtocolError, Session
from lateen.xds.subscriber import Changes, Subscriber
from lateen.xds.view import View

NODE = "sidecar~10.1.0.1~web-1.shop~shop.svc.cluster.local"
HOSTS = st.sampled_from(["a.x", "b.x", "*.x", "a.shop.svc.cluster.local"])
IPS = st.sampled_from(["10.0.0.1", "10.0.0.2"])
STEPS = st.one_of(
    st.tuples(st.just("put"), HOSTS, IPS),
    st.tuples(st.just("delete"), HOSTS, st.none()),
    st.tuples(st.just("talk"), st.none(), st.none()),
    st.tuples(st.just("reconnect"), st.none(), st.none()),
    st.tuples(st.just("break off"), st.none(), st.none()),
)


class Agent:
    """A table of names and its stream, to a control plane that remembers only one name that went."""

    def __init__(self) -> None:
        self.view = View(graves=1)
        self.names = Names("shop.svc.cluster.local")
        self.client = Subscriber(NAME, self.take)
        self.reconnect()

    def take(self, changes: Changes) -> None:
        self.names.update({host: None if data is None else NameInfo.decode(data) for host, data in changes.items()})

    def reconnect(self) -> None:
        self.session = Session(lambda type_url: (self.view,) if type_url == NAME else ())
        self.session.receive(self.client.opening(NODE, {}))

    def talk(self, at_most: int = 100) -> None:
        for _ in range(at_most):
            try:
                responses = list(self.session.pending())
            except ProtocolError:  # it is too far behind: its stream ends, and it opens another
                self.reconnect()
                continue
            for response in responses:
                self.session.receive(self.client.receive(response))

    def step(self, what: str, host: str | None, ip: str | None) -> None:
        match what:
            case "talk":
                self.talk(3)
            case "reconnect":
                self.reconnect()
            case "break off":  # what was sent is lost
                with suppress(ProtocolError):
                    self.session.pending()
                self.reconnect()
            case _:
                assert host is not None
                self.view.commit({host: resource(NAME, host, NameInfo((ip,)).encode()) if ip else None})


TALK = ("talk", None, None)
PUT_BOTH = [("put", "a.x", "10.0.0.1"), ("put", "b.x", "10.0.0.1")]
DELETE_BOTH = [("delete", "a.x", None), ("delete", "b.x", None)]


@given(st.lists(STEPS, max_size=20))
@example([TALK, *PUT_BOTH, *DELETE_BOTH, TALK])
def test_an_agent_ends_with_the_names_there_are(steps: list[tuple[str, str | None, str | None]]) -> None:
    agent = Agent()
    for step in steps:
        agent.step(*step)
    agent.reconnect()
    agent.talk(3)
    there = {host: found.value() for host in agent.view.names() if (found := agent.view.get(host))}
    assert {host: info.encode() for host, info in agent.names.items()} == there
