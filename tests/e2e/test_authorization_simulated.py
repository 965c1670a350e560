"""The simulator and a real Envoy agree on who may do what, whatever the policies; thousands of pairs of both.

`CASES` keeps what they once disagreed on.
"""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from guarded_meshes import SERVER, guarded_meshes, many_calls
from hypothesis import HealthCheck, Phase, given, settings
from twin import Twin, twin
from twin_requests import REFUSED, Answer, Requests
from worlds import configured

from lateen.kinds.decode import check
from lateen.simulate.call import Call, Outcome
from lateen.simulate.walk import simulate

pytestmark = pytest.mark.e2e
Raw = dict[str, Any]


class Envoy:
    """A twin that can be used from functions that are not asynchronous, as Hypothesis wants them."""

    def __init__(self, runner: asyncio.Runner, running: Twin) -> None:
        self._runner, self._twin = runner, running
        self._requests = Requests(running)

    def answers(self, objects: list[Raw], calls: list[Call]) -> list[tuple[Outcome, Answer]]:
        """What the simulator says of each call, and what became of it."""
        for raw in objects:
            assert not [fault for fault in check(raw) if fault.severity == "error"], check(raw)
        proxy = configured(*objects, proxy=SERVER)

        async def run() -> list[Answer]:
            await self._twin.configure(proxy.resources())
            return await self._requests.answers(calls)

        return list(zip([simulate(proxy, call) for call in calls], self._runner.run(run()), strict=True))


@pytest.fixture(scope="module")
def envoy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Envoy]:
    with asyncio.Runner() as runner:
        opened = twin(tmp_path_factory.mktemp("twin"))
        running = runner.run(opened.__aenter__())
        try:
            yield Envoy(runner, running)
        finally:
            runner.run(opened.__aexit__(None, None, None))


def agree(envoy: Envoy, objects: list[Raw], calls: list[Call]) -> None:
    for call, (said, seen) in zip(calls, envoy.answers(objects, calls), strict=True):
        denied = seen == REFUSED if call.protocol == "http" else seen == (0, "")
        policies = [[raw["metadata"], raw["spec"]] for raw in objects if raw["kind"] == "AuthorizationPolicy"]
        assert denied == (said.failure == "denied"), f"{call}\n{policies}\nsimulated: {said.steps}\nseen: {seen}"


@given(objects=guarded_meshes(), calls=many_calls())
@settings(
    max_examples=40,
    deadline=None,
    phases=(Phase.generate,),  # a call that is answered wrongly is told with its policies: there is nothing to shrink
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
def test_calls_pass_where_the_simulator_says(envoy: Envoy, objects: list[Raw], calls: list[Call]) -> None:
    agree(envoy, objects, calls)
