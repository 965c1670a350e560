"""What is renewed at once is told of when it is late."""

from typing import Any

from lateen.base.tasks import until
from lateen.node.workload_server import renew


class Served:
    """A workload whose certificate comes at once, if ever."""

    def __init__(self, comes: bool, taken: bool = True) -> None:
        self.renewal: Any = self
        self.sds: Any = self
        self.renewed, self.stopped = 1, False
        self._comes, self._taken = comes, taken

    def renew_now(self) -> None:
        self.renewed += self._comes

    def answered(self) -> bool:
        return self._taken


async def test_those_without_a_new_certificate_and_those_whose_envoy_has_the_old_are_late() -> None:
    good, without, untaken, gone = Served(True), Served(False), Served(True, taken=False), Served(False)
    gone.stopped = True
    served: Any = [good, without, untaken, gone]
    assert await renew(served, 0.05) == [without, untaken]
    assert good.renewed == 2
    assert await renew(served[:1], 5) == []


async def test_who_needs_a_while_is_waited_for() -> None:
    slow = Served(False)
    served: Any = [slow]
    found = await until(lambda: served, seconds=1, what="it")
    slow.renew_now = lambda: setattr(slow, "renewed", 2)  # type: ignore[method-assign]
    assert await renew(found, 5) == []
