import pytest
from apiservers import CONFIG_MAP, WRITE, config_map

from lateen.apiserver.follower import Follower
from lateen.apiserver.objects import Objects
from lateen.apiserver.status import Refusal
from lateen.base.refs import Key
from lateen.base.tasks import cancel, spawn, until


def test_all_come_first_and_then_what_changed(objects: Objects) -> None:
    objects.create(CONFIG_MAP, "default", config_map("a"), WRITE)
    seen: list[list[Key]] = []
    follower = Follower(objects.storage, {"configmaps": seen.append})
    follower.catch_up()
    objects.create(CONFIG_MAP, "default", config_map("b"), WRITE)
    objects.update(CONFIG_MAP, Key("default", "b"), lambda raw: raw | {"data": {"x": "1"}}, WRITE)
    follower.catch_up()
    follower.catch_up()
    assert seen == [[Key("default", "a")], [Key("default", "b")]]


def test_what_could_not_be_done_comes_again(objects: Objects, caplog: pytest.LogCaptureFixture) -> None:
    objects.create(CONFIG_MAP, "default", config_map("a"), WRITE)
    seen: list[list[Key]] = []

    def work(keys: list[Key]) -> None:
        seen.append(keys)
        if len(seen) == 1:
            raise Refusal(507, "the disk is full")

    follower = Follower(objects.storage, {"configmaps": work})
    assert not follower.catch_up() and follower.catch_up()
    assert seen[0] == seen[1] and "the disk is full" in caplog.text


async def test_it_works_as_soon_as_something_changes(objects: Objects) -> None:
    seen: list[list[Key]] = []
    task = spawn(Follower(objects.storage, {"configmaps": seen.append}).run(), name="follower")
    objects.create(CONFIG_MAP, "default", config_map("a"), WRITE)
    await until(lambda: bool(seen), seconds=5, what="the change")
    await cancel(task)


async def test_with_a_period_everything_comes_again(objects: Objects) -> None:
    objects.create(CONFIG_MAP, "default", config_map("a"), WRITE)
    seen: list[list[Key]] = []
    task = spawn(Follower(objects.storage, {"configmaps": seen.append}, seconds=0.01).run(), name="follower")
    await until(lambda: len(seen) > 2, seconds=5, what="three rounds")
    await cancel(task)
