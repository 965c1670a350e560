import pytest

from lateen.proto import name_table
from lateen.proto.name_table import KUBERNETES, NameInfo, decode_table, encode_table, entry

CART = NameInfo(("10.96.0.1", "2001:db8::1"), KUBERNETES, "cart", "shop", ("cart.shop.svc.clusterset.local",))
OUTER = NameInfo(("240.240.0.1",))


def test_what_is_encoded_is_read_again() -> None:
    assert NameInfo.decode(CART.encode()) == CART
    assert decode_table(encode_table([("cart", CART.encode()), ("db", OUTER.encode())])) == {"cart": CART, "db": OUTER}


def test_joined_tables_are_one_table() -> None:
    joined = entry("cart", CART.encode()) + entry("db", OUTER.encode())
    assert decode_table(joined) == {"cart": CART, "db": OUTER}


def test_the_bytes_are_those_of_protobufs_own_encoder() -> None:
    message = name_table._class("NameTable")()
    info = message.table["cart"]
    info.ips.extend(CART.ips)
    info.registry, info.shortname, info.namespace = CART.registry, CART.short_name, CART.namespace
    info.alt_hosts.extend(CART.alt_hosts)
    assert message.SerializeToString(deterministic=True) == entry("cart", CART.encode())


def test_nonsense_is_no_table() -> None:
    with pytest.raises(ValueError, match="not a NameTable"):
        decode_table(b"\xff\xff")
