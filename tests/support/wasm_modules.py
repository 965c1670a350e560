"""WebAssembly modules for proxies, assembled here: small enough to be read, real enough to be run.

https://github.com/proxy-wasm/spec/tree/main/abi-versions/v0.2.1 · https://webassembly.github.io/spec/core/binary/
"""

from collections.abc import Iterable, Sequence

MAGIC = b"\0asm\1\0\0\0"
I32 = b"\x7f"
# The addresses of what the module keeps: the configuration's place and size, the environment's number and size.
CONFIG, CONFIG_SIZE, VARIABLES, ENVIRONMENT_SIZE = 8, 12, 16, 20
NAME, VALUE, ENVIRONMENT_NAME, POINTERS, ENVIRONMENT = 64, 128, 320, 1024, 2048
HEAP = 8192

REQUEST_HEADERS, DOWNSTREAM_DATA, PLUGIN_CONFIGURATION = 0, 2, 7
CONTINUE = 0

Function = tuple[str, int, int, Sequence[bytes]]
"""Name, parameters, results (of i32), body."""

IMPORTS = (
    ("env", "proxy_add_header_map_value", 5),
    ("env", "proxy_get_buffer_bytes", 5),
    ("env", "proxy_set_buffer_bytes", 5),
    ("wasi_snapshot_preview1", "environ_sizes_get", 2),
    ("wasi_snapshot_preview1", "environ_get", 2),
)
ADD_HEADER, GET_BUFFER, SET_BUFFER, ENVIRON_SIZES, ENVIRON = range(len(IMPORTS))

UNREACHABLE = b"\x00"
DROP = b"\x1a"


def leb(number: int) -> bytes:
    """An unsigned number as WebAssembly writes it."""
    digits = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        digits.append(low | (0x80 if number else 0))
        if not number:
            return bytes(digits)


def const(number: int) -> bytes:
    """Push a number of at most 31 bits, which is written signed."""
    digits = bytearray(leb(number))
    if digits[-1] & 0x40:
        digits[-1] |= 0x80
        digits.append(0)
    return b"\x41" + bytes(digits)


def local(index: int) -> bytes:
    return b"\x20" + leb(index)


def load(address: int) -> bytes:
    return const(address) + b"\x28\x02\x00"


def call(function: int, *arguments: bytes) -> bytes:
    """Call an import, and drop the status that it returns."""
    return b"".join(arguments) + b"\x10" + leb(function) + DROP


def when(condition: bytes, then: bytes, otherwise: bytes = b"") -> bytes:
    return condition + b"\x04\x40" + then + (b"\x05" + otherwise if otherwise else b"") + b"\x0b"


def adds_header(name: str, value: str, *, environment: str = "") -> bytes:
    """A module that adds a header to each request: `value`, or its configuration if it has any. The header
    `environment` is what stands in its environment, of one variable."""
    add = (call(ADD_HEADER, const(REQUEST_HEADERS), const(NAME), const(len(name)), const(VALUE), const(len(value))),)
    configured = call(
        ADD_HEADER, const(REQUEST_HEADERS), const(NAME), const(len(name)), load(CONFIG), load(CONFIG_SIZE)
    )
    one_less = load(ENVIRONMENT_SIZE) + const(1) + b"\x6b"
    told = call(
        ADD_HEADER,
        const(REQUEST_HEADERS),
        const(ENVIRONMENT_NAME),
        const(len(environment)),
        const(ENVIRONMENT),
        one_less,
    )
    body = [when(load(CONFIG_SIZE), configured, *add)]
    if environment:
        body.append(when(load(VARIABLES), told))
    on_request = ("proxy_on_request_headers", 3, 1, [*body, const(CONTINUE)])
    return module([on_request], {NAME: name, VALUE: value, ENVIRONMENT_NAME: environment})


def crashes() -> bytes:
    """A module that starts well and fails at every request."""
    return module([("proxy_on_request_headers", 3, 1, [UNREACHABLE])])


def refuses() -> bytes:
    """A module that does not take its configuration."""
    return module([], accepts=False)


def prepends(text: str) -> bytes:
    """A module that writes before each portion of bytes that a client sends."""
    written = call(SET_BUFFER, const(DOWNSTREAM_DATA), const(0), const(0), const(VALUE), const(len(text)))
    return module([("proxy_on_downstream_data", 3, 1, [written, const(CONTINUE)])], {VALUE: text})


def module(functions: Iterable[Function], data: dict[int, str] | None = None, *, accepts: bool = True) -> bytes:
    """Assemble a module of the proxy-wasm ABI 0.2.1 out of its own functions and texts at addresses."""
    configure = [
        when(
            local(1),
            call(GET_BUFFER, const(PLUGIN_CONFIGURATION), const(0), local(1), const(CONFIG), const(CONFIG_SIZE)),
        ),
        call(ENVIRON_SIZES, const(VARIABLES), const(ENVIRONMENT_SIZE)),
        call(ENVIRON, const(POINTERS), const(ENVIRONMENT)),
        const(int(accepts)),
    ]
    # What the host writes to the module goes to ever new memory: it is never much.
    allocate = [b"\x23\x00", b"\x23\x00", local(0), b"\x6a", b"\x24\x00"]
    every: list[Function] = [
        ("proxy_abi_version_0_2_1", 0, 0, []),
        ("proxy_on_memory_allocate", 1, 1, allocate),
        ("proxy_on_context_create", 2, 0, []),
        ("proxy_on_vm_start", 2, 1, [const(1)]),
        ("proxy_on_configure", 2, 1, configure),
        *functions,
    ]
    shapes = sorted({(count, 1) for _, _, count in IMPORTS} | {(taken, given) for _, taken, given, _ in every})
    types = [b"\x60" + leb(taken) + I32 * taken + leb(given) + I32 * given for taken, given in shapes]
    imports = [_text(place) + _text(name) + b"\0" + leb(shapes.index((count, 1))) for place, name, count in IMPORTS]
    exports = [_text(name) + b"\0" + leb(len(IMPORTS) + index) for index, (name, *_) in enumerate(every)]
    bodies = [b"\0" + b"".join(body) + b"\x0b" for *_, body in every]
    texts = [b"\0" + const(at) + b"\x0b" + _text(text) for at, text in (data or {}).items() if text]
    return MAGIC + b"".join((
        _section(1, types),
        _section(2, imports),
        _section(3, [leb(shapes.index((taken, given))) for _, taken, given, _ in every]),
        _section(5, [b"\0" + leb(2)]),  # pages of memory
        _section(6, [I32 + b"\1" + const(HEAP) + b"\x0b"]),
        _section(7, [_text("memory") + b"\2\0", *exports]),
        _section(10, [leb(len(body)) + body for body in bodies]),
        _section(11, texts),
    ))  # fmt: skip


def padded(code: bytes, size: int) -> bytes:
    """The module with a section of its own that makes it larger by `size` bytes: nobody reads it."""
    return code + b"\0" + leb(size + 1 + len("padding")) + _text("padding") + bytes(size)


def _section(number: int, parts: Sequence[bytes]) -> bytes:
    body = leb(len(parts)) + b"".join(parts)
    return bytes([number]) + leb(len(body)) + body


def _text(text: str) -> bytes:
    encoded = text.encode()
    return leb(len(encoded)) + encoded
