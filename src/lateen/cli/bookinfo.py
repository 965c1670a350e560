"""The story of document A: Bookinfo, its ratings in a MySQL database outside the mesh."""

import re
import secrets
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp
import click

import lateen
from lateen.app.settings import Settings
from lateen.base.errors import LateenError
from lateen.base.refs import Key
from lateen.cli import up
from lateen.cli.apply import apply_all
from lateen.cli.connection import ask, connected, find
from lateen.cli.down import bring_down
from lateen.cli.object_files import objects_of, read_objects
from lateen.cli.pods import find_pod
from lateen.cli.progress import show_progress
from lateen.cli.story import Story
from lateen.kinds.all import by_kind
from lateen.runtime.mariadb import MariaDb
from lateen.runtime.ownership import owner_of
from lateen.sources.client import Client

DATABASE = "203.0.113.10"
UNAVAILABLE = "Ratings service is currently unavailable"


def examples() -> Path:
    """Return the folder of Bookinfo's manifests: in the source tree, or beside the installed package."""
    package = Path(lateen.__file__).parent
    for folder in (package / "examples" / "bookinfo", package.parents[1] / "examples" / "bookinfo"):
        if folder.exists():
            return folder
    raise LateenError("the examples are not installed", "reinstall lateen, or run from its source tree")


async def tell(settings: Settings, *, once: bool, publish: tuple[str, ...]) -> None:
    """Tell the story from an empty machine to one-star ratings; leaves the mesh running unless `once`."""
    port = up.parse_publish(publish)[0][0]
    story = Story("Bookinfo with its ratings in a database outside the mesh")
    start = [str(examples() / name) for name in ("images.yaml", "bookinfo.yaml", "networking/bookinfo-gateway.yaml")]
    _begin_afresh(settings)
    story.step("Start a mesh on this machine, with Bookinfo in it")
    story.did(f"lateen up -d {' '.join('-f ' + _short(name) for name in start)}")
    up.start(settings, publish)
    telling: _Telling | None = None
    try:
        await show_progress(settings, read_objects(start), 120)
        async with connected(settings) as client, aiohttp.ClientSession() as http:
            telling = _Telling(story, settings, client, http, f"http://127.0.0.1:{port}")
            await telling.tell()
            story.end("The story holds.")
            if not once:
                click.echo(f"Look at it: http://127.0.0.1:{port}/productpage   Ctrl-C stops the mesh.")
                await up.until_interrupted(settings)
    finally:
        if telling is not None:
            await telling.database.stop()
        await bring_down(settings)
        shutil.rmtree(settings.state, ignore_errors=True)


def _begin_afresh(settings: Settings) -> None:
    """A story needs an empty mesh: what an earlier telling left goes, what is the user's stays and is an error."""
    marker = settings.state / "story"
    if marker.exists() and not owner_of(settings.run):
        shutil.rmtree(settings.state)
    if settings.database.exists():
        raise LateenError(
            f"the mesh {settings.mesh!r} has objects of its own, and the story needs an empty one",
            "lateen --mesh demo demo bookinfo tells it in another mesh; lateen down --wipe empties this one",
        )
    settings.state.mkdir(parents=True, exist_ok=True)
    marker.touch()


class _Telling:
    """The steps. Each does what the document does, and looks."""

    database: MariaDb

    def __init__(self, story: Story, settings: Settings, client: Client, http: aiohttp.ClientSession, url: str) -> None:
        self.story = story
        self.settings = settings
        self.client = client
        self.http = http
        self.url = url
        self.password = secrets.token_urlsafe(16)
        netns = Path("/run/netns") / f"lateen-{settings.mesh}-mysqldb"
        self.database = MariaDb(settings.state / "demo-database", netns, DATABASE)

    async def tell(self) -> None:
        await self.page()
        await self.mutual_tls()
        await self.fill_database()
        await self.deploy_mysql_ratings()
        await self.route_to_mysql()
        await self.open_the_way()
        await self.close_and_open_again()

    async def page(self) -> None:
        story = self.story
        story.step("Open the page through the ingress gateway")
        story.did(f"curl {self.url}/productpage")
        await story.becomes("/productpage answers 200 with book details and reviews", self._whole_page, 20)
        pages = [await self._page() for _ in range(60)]
        stars = Counter(_stars(page) for page in pages)
        story.holds("all of 60 requests succeed", all("Book Details" in page for page in pages))
        story.holds(
            f"reviews v1, v2 and v3 take turns: no stars, black, red {dict(stars)}",
            set(stars) == {"none", "black", "red"},
        )

    async def mutual_tls(self) -> None:
        story = self.story
        story.step("See that the services speak mutual TLS with each other")
        story.did("lateen logs deploy/details-v1 -c istio-proxy")
        pod = await find_pod(self.client, "deploy/details-v1", "default")
        name = pod["metadata"]["name"]
        path = f"/api/v1/namespaces/default/pods/{name}/log?container=istio-proxy"

        async def server_name_seen() -> bool:
            log = str(await self.client.request("GET", path))
            return "outbound_.9080_._.details.default.svc.cluster.local" in log

        await story.becomes(
            "the access log of details' proxy names the TLS server name that productpage's asked for",
            server_name_seen,
            5,
        )
        dump = await self.client.request("GET", f"/api/v1/namespaces/default/pods/{name}:15000/proxy/certs")
        names = {
            each.get("uri")
            for entry in dump["certificates"]
            for leaf in entry["cert_chain"]
            for each in leaf["subject_alt_names"]
        }
        identity = "spiffe://cluster.local/ns/default/sa/bookinfo-details"
        story.holds(f"its certificate is {identity}", identity in names)

    async def fill_database(self) -> None:
        story = self.story
        story.step("Set up a MySQL database outside the mesh")
        await ask(self.settings.node_socket, f"/hosts?name=mysqldb&ip={DATABASE}", method="POST")
        await self.database.start()
        await ask(self.settings.node_socket, f"/processes?pid={self.database.pid}", method="POST")
        await self.database.admin((examples() / "mysqldb-init.sql").read_text())
        story.did(f"mysql -h {DATABASE} < examples/bookinfo/mysqldb-init.sql")
        story.holds("select * from test.ratings: (1,5), (2,4)", await self._ratings() == "1\t5\n2\t4\n")
        await self.database.admin(
            f"CREATE OR REPLACE USER 'bookinfo'@'%' IDENTIFIED BY '{self.password}';"
            "GRANT SELECT ON test.ratings TO 'bookinfo'@'%';"
        )
        story.did("mysql -e \"CREATE USER 'bookinfo' …; GRANT SELECT ON test.ratings TO 'bookinfo'\"")
        seen = await self.database.as_user("bookinfo", self.password, "select * from test.ratings")
        story.holds("user bookinfo may SELECT", seen == "1\t5\n2\t4\n")
        story.holds(
            "user bookinfo may not UPDATE",
            "denied" in await self._refusal("update test.ratings set Rating=1"),
        )
        await self.database.admin("update test.ratings set Rating=1")
        story.did("mysql -e 'update test.ratings set Rating=1'")
        story.holds("both ratings are 1 now", await self._ratings() == "1\t1\n2\t1\n")

    async def deploy_mysql_ratings(self) -> None:
        story = self.story
        story.step("Deploy the version of ratings that reads the database")
        await self.apply("networking/destination-rule-all.yaml")
        secret = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "mysql-credentials", "namespace": "default"},
            "stringData": {"password": self.password},
        }
        await apply_all(self.client, self.settings, objects_of([secret]), "default")
        said = await self.apply("bookinfo-ratings-v2-mysql.yaml")
        story.holds("deployment.apps/ratings-v2-mysql created", "deployment.apps/ratings-v2-mysql created" in said)
        await story.becomes("ratings-v2-mysql is ready", self._mysql_ratings_ready, 30)
        pod = await find_pod(self.client, "deploy/ratings-v2-mysql", "default")
        names = [each["name"] for each in pod["spec"].get("initContainers", []) + pod["spec"]["containers"]]
        story.holds("it was injected with a proxy", "istio-proxy" in names)

    async def route_to_mysql(self) -> None:
        story = self.story
        story.step("Let nothing out that is not registered, and send all ratings traffic to the new version")
        await self._outbound_policy("REGISTRY_ONLY")
        story.did("outboundTrafficPolicy.mode: REGISTRY_ONLY in the mesh's config (ConfigMap istio-system/istio)")
        await self.apply("networking/virtual-service-ratings-mysql.yaml")
        await story.becomes(f"the page says “{UNAVAILABLE}”, twice", lambda: self._page_says(UNAVAILABLE, 2), 15)
        page = await self._page()
        story.holds(
            "details and reviews still render: graceful degradation",
            "Book Details" in page and "Reviewer1" in page,
        )

    async def open_the_way(self) -> None:
        story = self.story
        story.step("Define a mesh-external ServiceEntry for the database")
        await self.apply("networking/mysql-external.yaml")
        await story.becomes("both reviews show one red star", self._one_star, 5)
        pages = [await self._page() for _ in range(50)]
        story.holds(
            "so do all of 50 requests: reviews v3 and ratings v2-mysql only",
            all(_all_one_star(page) for page in pages),
        )

    async def close_and_open_again(self) -> None:
        story = self.story
        story.step("Delete the ServiceEntry and make it again: the way closes and opens while everything runs")
        await self.client.delete(by_kind("ServiceEntry"), Key("default", "mysql-external"))
        story.did("kubectl delete serviceentry mysql-external -n default")
        await story.becomes(f"the page says “{UNAVAILABLE}” again", lambda: self._page_says(UNAVAILABLE, 2), 5)
        await self.apply("networking/mysql-external.yaml")
        await story.becomes("one star each, again", self._one_star, 5)

    async def apply(self, name: str) -> list[str]:
        """Apply one of the example's files and tell so."""
        path = examples() / name
        self.story.did(f"lateen apply -f {_short(str(path))}")
        said = await apply_all(self.client, self.settings, read_objects([str(path)]), "default")
        for line in said:
            click.echo(f"     {line}")
        return said

    async def _page(self) -> str:
        try:
            timeout = aiohttp.ClientTimeout(total=15)
            async with self.http.get(f"{self.url}/productpage", timeout=timeout) as response:
                return await response.text() if response.status == 200 else ""
        except (aiohttp.ClientError, TimeoutError):
            return ""

    async def _whole_page(self) -> bool:
        page = await self._page()
        return "Book Details" in page and "Reviewer1" in page

    async def _page_says(self, text: str, times: int) -> bool:
        return (await self._page()).count(text) == times

    async def _one_star(self) -> bool:
        return _all_one_star(await self._page())

    async def _ratings(self) -> str:
        return await self.database.admin("select ReviewID, Rating from test.ratings")

    async def _refusal(self, sql: str) -> str:
        try:
            await self.database.as_user("bookinfo", self.password, sql)
        except LateenError as error:
            return str(error)
        return ""

    async def _mysql_ratings_ready(self) -> bool:
        found = await find(self.client, by_kind("Deployment"), Key("default", "ratings-v2-mysql"))
        return found is not None and found.get("status", {}).get("readyReplicas") == 1

    async def _outbound_policy(self, mode: str) -> None:
        key = Key("istio-system", "istio")
        config: dict[str, Any] = (await find(self.client, by_kind("ConfigMap"), key)) or {}
        mesh = re.sub(r"mode: \w+", f"mode: {mode}", config["data"]["mesh"])
        await self.client.patch(by_kind("ConfigMap"), key, {"data": {"mesh": mesh}}, "merge")


def _stars(page: str) -> str:
    color = re.search(r"class='stars'[^>]*color: (\w+)", page)
    return color.group(1) if color else "none"


def _all_one_star(page: str) -> bool:
    return re.findall(r"data-stars='(\d)'", page) == ["1", "1"] and "color: red" in page


def _short(path: str) -> str:
    """Show a path of the source tree from `examples/` on."""
    return "examples" + path.rpartition("examples")[2]
