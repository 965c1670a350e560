"""Streams of names without a network: what tests of the agent's names stand on."""

import asyncio
from typing import Any

import grpc.aio

from lateen.base.errors import LateenError
from lateen.node.feed import Speaker
from lateen.proto.name_table import NAME, NameInfo
from lateen.proto.resource import Resource, resource
from lateen.xds.session import Session
from lateen.xds.view import View

SPEAKER = Speaker("sidecar~10.1.0.1~web-1.shop~shop.svc.cluster.local", {"DNS_CAPTURE": "true"})


def name(host: str, ip: str) -> Resource:
    return resource(NAME, host, NameInfo((ip,)).encode())


class Stream:
    """A stream of a control plane that has `view`, without a network."""

    def __init__(self, view: View) -> None:
        self.session = Session(lambda type_url: (view,) if type_url == NAME else ())
        self.cancelled = False
        self._news = asyncio.Event()
        self._ended = False
        self._responses: list[bytes] = []
        view.watchers.add(self._news.set)

    async def write(self, data: bytes) -> None:
        self.session.receive(data)
        self._news.set()

    async def read(self) -> Any:
        while not self._responses:
            await self._news.wait()
            self._news.clear()
            if self._ended:
                return grpc.aio.EOF
            self._responses += self.session.pending()
        return self._responses.pop(0)

    def end(self) -> None:
        self._ended = True
        self._news.set()

    def cancel(self) -> None:
        self.cancelled = True


class Plane:
    """Opens streams; while it is `away` it does not."""

    def __init__(self) -> None:
        self.view = View()
        self.streams: list[Stream] = []
        self.away = False
        self.tried = 0

    async def open(self) -> Stream:
        self.tried += 1
        if self.away:
            raise LateenError("nobody is there")
        self.streams.append(Stream(self.view))
        return self.streams[-1]
