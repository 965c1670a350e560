import pytest


async def test_http_returns_status_and_body_and_follows_no_redirect(inside, http_server):
    assert await inside.http("GET", f"http://127.0.0.1:{http_server.port}/302", seconds=5) == (302, "ok")


async def test_each_request_has_its_own_connection(inside, http_server):
    for _ in range(2):
        await inside.http("GET", f"http://127.0.0.1:{http_server.port}/", seconds=5)
    assert len(http_server.seen) == 2


async def test_connect_gives_a_socket_or_says_why_not(inside, http_server):
    (await inside.connect("", http_server.port)).close()
    with pytest.raises(ConnectionRefusedError):
        await inside.connect("127.0.0.1", 1)
