import pytest

from lateen.apiserver.user import User, account_groups, account_name, account_of


def test_a_service_account_is_a_user_and_back() -> None:
    assert account_of(account_name("shop", "web")) == ("shop", "web")
    assert account_groups("shop")[1] == "system:serviceaccounts:shop"


@pytest.mark.parametrize("name", ["alice", "system:serviceaccount:shop", "system:serviceaccount::x", "system:node:a"])
def test_nobody_else_is_one(name: str) -> None:
    assert account_of(name) is None


def test_what_is_not_known_of_a_user_is_not_told() -> None:
    assert User("u", ("g",)).info() == {"username": "u", "groups": ["g"]}
    assert User("u", uid="1", extra={"a": ("b",)}).info() == {
        "username": "u",
        "groups": [],
        "uid": "1",
        "extra": {"a": ["b"]},
    }
