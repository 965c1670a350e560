from ipaddress import ip_address

from hypothesis import given
from hypothesis import strategies as st

from lateen.base.refs import Key
from lateen.registry import address_pool
from lateen.registry.address_pool import IPV4, IPV6, Addresses, AddressPool, Claimant

A, B = Key("shop", "a"), Key("shop", "b")


def claimant(*hosts: str, created: str = "2026-01-01T00:00:00Z", own: tuple[str, ...] = ()) -> Claimant:
    return Claimant(created, hosts, own)


def chosen(pool: AddressPool) -> dict[Key, Addresses]:
    return dict(pool.settle())


def fresh(key: Key, host: str) -> tuple[str, ...]:
    pool = AddressPool()
    pool.know(key, claimant(host))
    return chosen(pool)[key][host]


def test_a_host_gets_an_address_of_each_family() -> None:
    v4, v6 = fresh(A, "a.example.com")
    assert ip_address(v4) in IPV4 and ip_address(v6) in IPV6
    assert int(ip_address(v4)) - int(IPV4[0]) == int(ip_address(v6)) - int(IPV6[0]) != 0


def test_the_same_host_gets_the_same_address_again() -> None:
    assert fresh(A, "a.example.com") == fresh(A, "a.example.com") != fresh(A, "b.example.com")


def test_what_a_status_says_stays() -> None:
    pool = AddressPool()
    pool.know(A, claimant("a.example.com"))
    pool.saw(A, {"a.example.com": ("240.240.7.7", "2001:2::77")})
    assert chosen(pool) == {A: {"a.example.com": ("240.240.7.7", "2001:2::77")}}
    pool.saw(A, {})
    assert chosen(pool) == {A: {"a.example.com": ("240.240.7.7", "2001:2::77")}}, (
        "who wipes a status takes nothing away"
    )


def test_what_is_missing_of_a_status_is_added() -> None:
    pool = AddressPool()
    pool.know(A, claimant("a.example.com"))
    pool.saw(A, {"a.example.com": ("240.240.7.7",)})
    v4, v6 = chosen(pool)[A]["a.example.com"]
    assert v4 == "240.240.7.7" and ip_address(v6) in IPV6


def test_of_two_with_one_address_the_older_keeps_it() -> None:
    pool = AddressPool()
    said = {"x.example.com": ("240.240.7.7", "2001:2::77")}
    pool.know(A, claimant("x.example.com", created="2026-02-01T00:00:00Z"))
    pool.saw(A, said)
    assert chosen(pool) == {A: said}
    pool.know(B, claimant("x.example.com", created="2026-01-01T00:00:00Z"))
    pool.saw(B, said)
    after = chosen(pool)
    assert after[B] == said
    assert set(after[A]["x.example.com"]).isdisjoint(said["x.example.com"])


def test_an_address_that_somebody_wrote_into_a_spec_is_nobody_elses() -> None:
    taken = fresh(A, "a.example.com")
    pool = AddressPool()
    pool.know(A, claimant("a.example.com"))
    assert chosen(pool)[A]["a.example.com"] == taken
    pool.know(B, claimant(own=(f"{taken[0]}/32",)))
    v4, v6 = chosen(pool)[A]["a.example.com"]
    assert v4 != taken[0] and v6 == taken[1]


def test_an_address_is_free_when_its_owner_is_gone() -> None:
    pool = AddressPool()
    taken = fresh(A, "a.example.com")
    pool.know(B, claimant("b.example.com"))
    pool.saw(B, {"b.example.com": taken})
    pool.know(A, claimant("a.example.com"))
    assert chosen(pool)[A]["a.example.com"] != taken
    pool.forget(A)
    pool.forget(B)
    pool.know(A, claimant("a.example.com"))
    assert chosen(pool)[A]["a.example.com"] == taken


def test_who_gets_none_gets_one_when_one_is_free(monkeypatch) -> None:
    monkeypatch.setattr(address_pool, "SIZE", 1)
    pool = AddressPool()
    pool.know(A, claimant("a.example.com"))
    pool.know(B, claimant("b.example.com"))
    assert chosen(pool) == {A: {"a.example.com": ("240.240.0.1", "2001:2::1")}, B: {}}
    assert pool.starved == {B}
    pool.forget(A)
    assert chosen(pool) == {B: {"b.example.com": ("240.240.0.1", "2001:2::1")}}
    assert pool.starved == set()


def test_addresses_outside_the_networks_are_not_kept() -> None:
    pool = AddressPool()
    pool.know(A, claimant("a.example.com"))
    pool.saw(A, {"a.example.com": ("192.0.2.1",)})
    assert chosen(pool)[A]["a.example.com"] == fresh(A, "a.example.com")


KEYS = st.sampled_from([Key("n", name) for name in "abcd"])
HOSTS = st.lists(st.sampled_from(["x.example.com", "y.example.com"]), unique=True)
SAID = st.dictionaries(
    st.sampled_from(["x.example.com", "y.example.com"]),
    st.sampled_from([("240.240.0.1", "2001:2::1"), ("240.240.0.2",), ()]),
)
CREATED = st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"])
STEPS = st.one_of(
    st.tuples(st.just("know"), KEYS, st.builds(Claimant, CREATED, HOSTS.map(tuple), st.sampled_from([(), ("240.240.0.0/30",)]))),
    st.tuples(st.just("saw"), KEYS, SAID),
    st.tuples(st.just("forget"), KEYS, st.none()),
)  # fmt: skip


@given(st.lists(STEPS, max_size=12))
def test_no_two_hosts_ever_share_an_address(steps) -> None:
    pool, now, wanted = AddressPool(), dict[Key, Addresses](), dict[Key, tuple[str, ...]]()
    for what, key, value in steps:
        getattr(pool, what)(key, *(() if value is None else (value,)))
        if what == "know":
            wanted[key] = value.hosts
        if what == "forget":
            wanted.pop(key, None)
            now.pop(key, None)
        now |= chosen(pool)
        given_out = [ip for addresses in now.values() for ips in addresses.values() for ip in ips]
        assert len(given_out) == len(set(given_out))
        assert {key: set(now[key]) for key in wanted} == {key: set(hosts) for key, hosts in wanted.items()}
