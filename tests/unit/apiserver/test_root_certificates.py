import pytest
from apiservers import CONFIG_MAP, NAMESPACE, WRITE

from lateen.apiserver.deletion import DeleteOptions
from lateen.apiserver.follower import Follower
from lateen.apiserver.objects import Objects
from lateen.apiserver.root_certificates import RootCertificates
from lateen.base.refs import Key

SHOP = Key("shop", "kube-root-ca.crt")


@pytest.fixture
def follower(objects: Objects) -> Follower:
    made = Follower(objects.storage, RootCertificates(objects, "PEM").works())
    made.catch_up()
    return made


def make_namespace(objects: Objects) -> None:
    raw = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
    objects.create(NAMESPACE, "", raw, WRITE)


def test_namespaces_have_the_certificate_from_the_start(objects: Objects, follower: Follower) -> None:
    assert objects.get(CONFIG_MAP, Key("default", "kube-root-ca.crt"))["data"] == {"ca.crt": "PEM"}
    make_namespace(objects)
    follower.catch_up()
    assert objects.get(CONFIG_MAP, SHOP)["data"] == {"ca.crt": "PEM"}


def test_it_comes_back_when_deleted_and_is_set_right_when_changed(objects: Objects, follower: Follower) -> None:
    make_namespace(objects)
    follower.catch_up()
    objects.delete(CONFIG_MAP, SHOP, DeleteOptions())
    follower.catch_up()
    objects.update(CONFIG_MAP, SHOP, lambda raw: raw | {"data": {"ca.crt": "forged", "more": ""}}, WRITE)
    follower.catch_up()
    assert objects.get(CONFIG_MAP, SHOP)["data"] == {"ca.crt": "PEM"}


def test_a_new_authority_replaces_the_old_one(objects: Objects, follower: Follower) -> None:
    Follower(objects.storage, RootCertificates(objects, "NEW").works()).catch_up()
    assert objects.get(CONFIG_MAP, Key("default", "kube-root-ca.crt"))["data"] == {"ca.crt": "NEW"}


def test_a_namespace_that_ends_gets_none(objects: Objects, follower: Follower) -> None:
    make_namespace(objects)
    objects.delete(NAMESPACE, Key("", "shop"), DeleteOptions())
    assert follower.catch_up()
    assert objects.find(CONFIG_MAP, SHOP) is None
