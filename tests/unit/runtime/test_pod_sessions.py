import pytest
from aiohttp import web

from lateen.runtime.container import Container, Surroundings
from lateen.runtime.pod_sessions import running


class Worker:
    """A pod's worker as far as sessions look at it."""

    key = "shop/web"
    inits = ()

    def __init__(self, *apps):
        self.apps = apps

    def container(self, name):
        return next((each for each in self.apps if each.spec["name"] == name), None)


def waiting():
    return Container({"name": "main", "image": "main:1"}, "Always", Surroundings(None, None, lambda: None, None))


def test_a_container_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(web.HTTPNotFound) as refused:
        running(Worker(waiting()), "none")
    assert "has no container 'none'; it has main" in refused.value.text


def test_a_container_that_does_not_run_is_told_with_the_reason():
    with pytest.raises(web.HTTPBadRequest) as refused:
        running(Worker(waiting()), "main")
    assert "does not run: it is waiting" in refused.value.text


def test_a_running_container_comes_with_its_process():
    container = waiting()
    container.process = object()
    assert running(Worker(container), "main") == (container, container.process)
