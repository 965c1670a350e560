import pytest

from lateen.base.clock import FakeClock
from lateen.runtime.pod_tokens import PodTokens


class Issuer:
    def __init__(self):
        self.asked = []

    async def ask(self, audience, seconds):
        self.asked.append((audience, seconds))
        return f"token {len(self.asked)}"


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def issuer():
    return Issuer()


async def test_a_token_is_asked_for_once_until_a_fifth_of_its_life_is_left(clock, issuer):
    tokens = PodTokens(issuer.ask, clock)
    assert await tokens("", 3600) == "token 1"
    clock.advance(2879)
    assert await tokens("", 3600) == "token 1"
    clock.advance(1)
    assert await tokens("", 3600) == "token 2"
    assert await tokens("", 3600) == "token 2"


async def test_a_long_token_is_replaced_every_day(clock, issuer):
    tokens = PodTokens(issuer.ask, clock)
    await tokens("", 1_000_000)
    clock.advance(86_400)
    assert await tokens("", 1_000_000) == "token 2"


async def test_audiences_have_tokens_of_their_own(clock, issuer):
    tokens = PodTokens(issuer.ask, clock)
    assert await tokens("", 3600) != await tokens("vault", 3600)
    assert issuer.asked == [("", 3600), ("vault", 3600)]


async def test_a_failed_request_is_made_again(clock):
    answers = [OSError("away"), "token"]

    async def ask(audience, seconds):
        answer = answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer

    tokens = PodTokens(ask, clock)
    with pytest.raises(OSError):
        await tokens("", 3600)
    assert await tokens("", 3600) == "token"
