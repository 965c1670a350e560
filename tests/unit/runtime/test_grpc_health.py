import grpc
import grpc.aio
import pytest

from lateen.runtime.grpc_health import serving

SERVING, NOT_SERVING = b"\x08\x01", b"\x08\x02"


@pytest.fixture
async def health():
    """A gRPC server: "" and `good` serve, `bad` does not, others are unknown."""

    async def check(request, context):
        answers = {b"": SERVING, b"\x0a\x04good": SERVING, b"\x0a\x03bad": NOT_SERVING}
        if request not in answers:
            await context.abort(grpc.StatusCode.NOT_FOUND, "unknown service")
        return answers[request]

    server = grpc.aio.server()
    handler = grpc.unary_unary_rpc_method_handler(check)
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("grpc.health.v1.Health", {"Check": handler}),)
    )
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield port
    await server.stop(None)


@pytest.mark.parametrize(("service", "good"), [("", True), ("good", True), ("bad", False), ("none", False)])
async def test_only_serving_is_healthy(health, inside, service, good):
    assert await serving(await inside.connect("", health), service) is good
