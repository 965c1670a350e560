"""Run a MariaDB of one's own in a network namespace outside the mesh, for the demo and for tests."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

from lateen.base.errors import LateenError
from lateen.base.tasks import until

_USER = "mysql"
_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


class MariaDb:
    """One server: data below `folder`, listening at `address`:`port` inside the namespace at `netns`.

    The administrator is root, by the unix socket only; the package's own service is not touched. `options`: more of
    the server's own.
    """

    def __init__(self, folder: Path, netns: Path, address: str, port: int = 3306, options: Sequence[str] = ()) -> None:
        self.address = address
        self.port = port
        self._folder = folder
        self._netns = netns
        self._options = options
        self._socket = folder / "server.sock"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, seconds: float = 60.0) -> None:
        """Make the data folder if there is none, start the server, and wait until it answers."""
        for program, package in (("mariadbd", "mariadb-server"), ("mariadb", "mariadb-client")):
            if shutil.which(program, path=_PATH) is None:
                raise LateenError(f"{program} is not installed", f"apt-get install {package}")
        data = self._folder / "data"
        if not (data / "mysql").exists():
            await self._install(data)
        self._socket.unlink(missing_ok=True)  # of a server that was killed: it would look like an answer
        with (self._folder / "server.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._inside("mariadbd", "--no-defaults", f"--user={_USER}", f"--datadir={data}",
                              f"--socket={self._socket}", f"--pid-file={self._folder / 'server.pid'}",
                              f"--bind-address={self.address}", f"--port={self.port}", "--skip-name-resolve",
                              "--innodb-buffer-pool-size=8M", "--innodb-flush-log-at-trx-commit=2", *self._options),
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, env={"PATH": _PATH},
            )  # fmt: skip
        try:
            await until(self._answers, seconds=seconds, what=f"MariaDB at {self.address}:{self.port}")
        except TimeoutError as error:
            raise LateenError(str(error), f"see {self._folder / 'server.log'}") from error

    async def stop(self) -> None:
        """Stop the server in order; its data stays."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        await self._process.wait()

    @property
    def pid(self) -> int:
        """The server's process id; 0 when it does not run."""
        return self._process.pid if self._process else 0

    async def admin(self, sql: str) -> str:
        """Run SQL as the administrator; returns tab-separated rows. Raises LateenError with the server's words."""
        return await self._client(["--user=root", f"--socket={self._socket}"], sql, {})

    async def as_user(self, user: str, password: str, sql: str) -> str:
        """Run SQL over TCP as `user`; the password is on no command line."""
        arguments = [f"--user={user}", f"--host={self.address}", f"--port={self.port}", "--protocol=tcp"]
        return await self._client(arguments, sql, {"MYSQL_PWD": password})

    async def _install(self, data: Path) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        shutil.chown(self._folder, _USER, _USER)
        process = await asyncio.create_subprocess_exec(
            "mariadb-install-db", "--no-defaults", f"--user={_USER}", f"--datadir={data}", "--skip-test-db",
            "--auth-root-authentication-method=socket", "--auth-root-socket-user=root",
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            env={"PATH": _PATH},
        )  # fmt: skip
        output, _ = await process.communicate()
        if process.returncode:
            raise LateenError(f"mariadb-install-db failed: {output.decode(errors='replace')[-500:]}")

    def _answers(self) -> bool:
        if self._process is not None and self._process.returncode is not None:
            raise LateenError("MariaDB ended while starting", f"see {self._folder / 'server.log'}")
        return self._socket.exists()

    async def _client(self, arguments: Sequence[str], sql: str, env: dict[str, str]) -> str:
        process = await asyncio.create_subprocess_exec(
            *self._inside("mariadb", "--no-defaults", "--batch", "--skip-column-names", *arguments),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env={"PATH": _PATH, **env},
        )  # fmt: skip
        output, errors = await process.communicate(sql.encode())
        if process.returncode:
            raise LateenError(errors.decode(errors="replace").strip())
        return output.decode()

    def _inside(self, program: str, *arguments: str) -> list[str]:
        found = shutil.which(program, path=_PATH)
        assert found is not None
        return ["/usr/bin/nsenter", f"--net={self._netns}", found, *arguments]
