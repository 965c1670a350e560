import pytest

from lateen.xds.refusal import LONGEST, PRINTED, Refusal, plain, read_refusal

CLUSTERS = "Error adding/updating cluster(s) "


def test_envoy_says_of_each_cluster_and_listener_what_is_wrong_with_it() -> None:
    text = CLUSTERS + "outbound|80||a: Invalid path: /none, outbound|8080||a: no, really no"
    assert read_refusal(text, ["outbound|80||a", "outbound|8080||a", "good"]) == Refusal(
        {"outbound|80||a": "Invalid path: /none", "outbound|8080||a": "no, really no"}, whole=False
    )
    listeners = "Error adding/updating listener(s) 0.0.0.0_80: no\nvirtualInbound: neither\n"
    assert read_refusal(listeners, ["80", "0.0.0.0_80", "virtualInbound"]) == Refusal(
        {"0.0.0.0_80": "no", "virtualInbound": "neither"}, whole=False
    )


@pytest.mark.parametrize(
    ("names", "reasons"), [(["80"], {"80": "Invalid duration"}), (["80", "90"], {}), ([], {"": "Invalid duration"})]
)
def test_any_other_text_refuses_the_whole_and_says_whose_fault_it_is_of_one_alone(
    names: list[str], reasons: dict[str, str]
) -> None:
    assert read_refusal("Invalid duration", names) == Refusal(reasons, whole=True)


def test_a_reason_is_one_line_of_bounded_length_and_the_same_in_every_process() -> None:
    one = "Duration out-of-range: goo.gle/debugstr    \nseconds: 9\n"
    other = "Duration out-of-range: goo.gle/debugonly  \nseconds: 9\n"
    assert plain(one) == plain(other) == "Duration out-of-range: seconds: 9"
    assert len(plain("x" * 10_000)) == LONGEST


def test_of_a_message_that_envoy_prints_only_the_beginning_is_kept_and_no_secret() -> None:
    printed = 'goo.gle/debugstr  \nname: "outbound|80||a"\n' + "x" * 5000 + "...(truncated)"
    assert plain(printed).startswith('it breaks a rule of the API: name: "outbound|80||a" xxx')
    assert len(plain(printed)) < PRINTED + 40
    for secret in ('private_key { inline_string: "geheim" }', "-----BEGIN PRIVATE KEY-----geheim"):
        assert "geheim" not in plain(f'goo.gle/debugstr name: "tls" {secret}') + plain(f"cannot load {secret}")
