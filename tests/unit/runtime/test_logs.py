import pytest

from lateen.base.clock import FakeClock
from lateen.runtime.logs import Clerk, Reader, Wanted, log_file, log_folder, run_of


@pytest.fixture
def clerk():
    return Clerk(FakeClock())


async def text(path, clerk, **wanted):
    reader = Reader(path, clerk, Wanted(**wanted), lambda: False)
    return b"".join([piece async for piece in reader.read()]).decode()


def test_runs_are_found_by_number(tmp_path):
    folder = log_folder(tmp_path, "shop", "web-1", "uid")
    for run in (0, 2, 10):
        path = log_file(folder, "web", run)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert run_of(folder, "web").name == "10.log"
    assert run_of(folder, "web", previous=True).name == "2.log"
    assert run_of(folder, "other") is None
    assert run_of(folder, "other", previous=True) is None


@pytest.mark.parametrize(
    ("count", "wanted"),
    [(0, ""), (1, "three\n"), (2, "two\nthree\n"), (3, "one\ntwo\nthree\n"), (9, "one\ntwo\nthree\n")],
)
async def test_tail_counts_lines(tmp_path, clerk, count, wanted):
    path = tmp_path / "0.log"
    path.write_text("one\ntwo\nthree\n")
    assert await text(path, clerk, tail=count) == wanted


async def test_tail_takes_an_unfinished_line_for_one(tmp_path, clerk):
    path = tmp_path / "0.log"
    path.write_text("one\ntwo\nthr")
    assert await text(path, clerk, tail=2) == "two\nthr"


async def test_tail_reaches_over_pieces(tmp_path, clerk):
    path = tmp_path / "0.log"
    lines = [f"{number:06} {'x' * 50}\n" for number in range(5000)]
    path.write_text("".join(lines))
    assert await text(path, clerk, tail=3000) == "".join(lines[-3000:])
    assert await text(path, clerk) == "".join(lines)


async def test_nothing_written_is_nothing_read(tmp_path, clerk):
    path = tmp_path / "0.log"
    path.touch()
    assert await text(path, clerk, tail=5) == ""


async def test_lines_carry_the_time_at_which_they_were_seen(tmp_path, clerk):
    path = tmp_path / "c" / "0.log"
    clerk.begin(path)
    path.write_text("one\n")
    clerk.clock.advance(10)
    clerk._note(path)
    with path.open("a") as file:
        file.write("two\n")
    clerk.clock.advance(10)
    clerk.end(path)
    assert await text(path, clerk, timestamps=True) == (
        "2023-11-14T22:13:30.000000000Z one\n2023-11-14T22:13:40.000000000Z two\n"
    )
    assert await text(path, clerk, since=5) == "two\n"
    assert await text(path, clerk, since=15) == "one\ntwo\n"


async def test_large_file_begins_anew_and_keeps_one_copy(tmp_path):
    clerk = Clerk(FakeClock(), largest=10)
    path = tmp_path / "c" / "0.log"
    clerk.begin(path)
    path.write_text("0123456789abc\n")
    clerk._note(path)
    assert path.read_text() == ""
    assert path.with_suffix(".log.1").read_text() == "0123456789abc\n"


async def test_following_goes_on_until_the_writer_is_gone(tmp_path, clerk):
    path = tmp_path / "0.log"
    path.write_text("one\n")
    alive = True
    reader = Reader(path, clerk, Wanted(follow=True), lambda: alive).read()
    assert await anext(reader) == b"one\n"
    with path.open("a") as file:
        file.write("two\n")
    alive = False
    pieces = [piece async for piece in _driven(reader, clerk)]
    assert pieces == [b"two\n"]


async def _driven(reader, clerk):
    """Turn the clock whenever the reader sleeps."""
    import asyncio

    while True:
        task = asyncio.ensure_future(anext(reader))
        while not task.done():
            clerk.clock.advance(1)
            await asyncio.sleep(0)
        try:
            yield task.result()
        except StopAsyncIteration:
            return
