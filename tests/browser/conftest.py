"""A real server, a real browser, and a watch over everything that goes wrong in a page."""

import itertools
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Response,
    WebError,
    expect,
    sync_playwright,
)

from tests.browser.profiles import Profile, Profiles
from tests.browser.serving import Backstage, Served, until

ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 30_000
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""
expect.set_options(timeout=PATIENCE_MS)
_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder drive a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`manage.py serve` on a fresh data folder."""
    server = Served(tmp_path_factory.mktemp("browser"))
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="package")
def backstage(served: Served) -> Iterator[Backstage]:
    """Services on the server's data."""
    helper = Backstage(served.env)
    yield helper
    helper.close()


# Not longer than this package: while Playwright runs its loop, Django's ORM refuses to work.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The system's Chromium or Chrome, else Playwright's own."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=_program(), args=list(ARGS))
        yield running
        running.close()


def _program() -> str | None:
    return next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None)


class Watch:
    """Collects what goes wrong in pages; a test names what it expects."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.allowed: list[str] = []

    def expect(self, *patterns: str) -> None:
        """These may happen in this test."""
        self.allowed += patterns

    def console(self, message: ConsoleMessage) -> None:
        """Look at what a page says to its developers."""
        if message.type in ("error", "warning"):
            self.problems.append(f"console {message.type}: {message.text}")

    def weberror(self, error: WebError) -> None:
        """Look at an exception that nothing caught."""
        self.problems.append(f"page error: {error.error}")

    def response(self, reply: Response) -> None:
        """Look at an answer of the server."""
        if reply.status >= 400:
            self.problems.append(f"{reply.status} {reply.url}")

    def unexpected(self) -> list[str]:
        """Problems no pattern allows."""
        return [p for p in self.problems if not any(re.search(a, p) for a in self.allowed)]


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Fails the test for any problem it did not announce."""
    watcher = Watch()
    yield watcher
    assert not watcher.unexpected()


Enter = Callable[..., Page]


@pytest.fixture(scope="package")
def profiles(chromium: Browser, served: Served) -> Profiles:
    """Browser profiles that outlast a test."""
    return Profiles(chromium, served.url, REPORT_VIOLATIONS)


@pytest.fixture
def context_of(profiles: Profiles, watch: Watch) -> Iterator[Callable[..., Any]]:
    """Empty browser profiles, watched, for as long as a test runs."""
    taken: list[Profile] = []

    def make(**options: Any) -> BrowserContext:
        size = {"width": 1280, "height": 800}
        profile = profiles.take(watch, viewport=size, **options)
        profile.context.set_default_timeout(PATIENCE_MS)
        taken.append(profile)
        return profile.context

    yield make
    for profile in taken:
        profiles.give_back(profile)


@pytest.fixture
def sign_in(backstage: Backstage, served: Served) -> Callable[[BrowserContext, str], None]:
    """Gives a browser profile someone's session."""

    def give(context: BrowserContext, name: str) -> None:
        context.clear_cookies()
        cookie = {"name": "session", "value": backstage("session", name=name), "url": served.url}
        context.add_cookies([cookie])  # type: ignore[list-item]

    return give


@pytest.fixture
def enter(context_of: Callable[..., Any], sign_in: Callable[..., None]) -> Enter:
    """A page in a fresh profile, signed in as someone."""

    def open_page(name: str, **options: Any) -> Page:
        context = context_of(**options)
        sign_in(context, name)
        page: Page = context.new_page()
        return page

    return open_page


@pytest.fixture
def enter_by_phone(enter: Enter) -> Enter:
    """The same on a phone."""

    def open_page(name: str, **options: Any) -> Page:
        page = enter(name, has_touch=True, is_mobile=True, **options)
        page.set_viewport_size({"width": 390, "height": 844})
        return page

    return open_page


@pytest.fixture(scope="package")
def large_profiles(chromium: Browser, served: Served) -> Iterator[Profiles]:
    """Profiles of a browser that is set to text of twice the usual size."""
    args = [*ARGS, "--blink-settings=defaultFontSize=32"]
    browser = chromium.browser_type.launch(executable_path=_program(), args=args)
    yield Profiles(browser, served.url, REPORT_VIOLATIONS)
    browser.close()


@pytest.fixture
def large_text(
    large_profiles: Profiles, watch: Watch, sign_in: Callable[..., None]
) -> Iterator[Callable[[str], Page]]:
    """Gives someone a page of that browser."""
    profile = large_profiles.take(watch)

    def open_page(name: str) -> Page:
        sign_in(profile.context, name)
        page: Page = profile.context.new_page()
        return page

    yield open_page
    large_profiles.give_back(profile)


@pytest.fixture(scope="package")
def someone(backstage: Backstage) -> Callable[..., str]:
    """A new account; returns its name."""

    def make(stem: str = "marta", **options: Any) -> str:
        name = f"{stem}{next(_numbers)}"
        backstage("person", name=name, **options)
        return name

    return make


@pytest.fixture(scope="package")
def small_job(backstage: Backstage) -> Callable[..., str]:
    """A started job people label alone; returns its slug."""

    def make(*members: str, images: int = 6, **fields: Any) -> str:
        fields = {
            "assist": False,
            "annotators_per_image": 1,
            "pilot_size": 4,
            "batch_size": 50,
            **fields,
        }
        name = f"Browser job {next(_numbers)}"
        slug = backstage("job", name=name, images=images, members=list(members), **fields)
        return str(slug)

    return make


@pytest.fixture(scope="package")
def audited(
    backstage: Backstage, someone: Callable[..., str], small_job: Callable[..., str]
) -> tuple[str, str]:
    """A project admin with all roles in a job that has audits, and its slug; for looking."""
    ana = someone("ana", project_admin=True)
    slug = small_job(
        f"{ana}/annotator",
        f"{ana}/manager",
        images=90,
        assist=True,
        pilot_size=10,
        validation_size=20,
        training_size=10,
        batch_size=10,
        prefetch_percent=0,
        acceptance="per_round",
        monitoring_share=1.0,
        target_quality=0.75,  # near what is checked, so that the monitoring does not end at once
        seed=1,
    )
    backstage("audits_ready", slug=slug, name=ana)
    return ana, slug


@pytest.fixture
def arrived(backstage: Backstage) -> Callable[[str, int], list[dict[str, Any]]]:
    """Waits until so many answers of a job are at the server, and gives them."""

    def wait(slug: str, count: int) -> list[dict[str, Any]]:
        until(lambda: len(backstage("answers", slug=slug)) >= count)
        return list(backstage("answers", slug=slug))

    return wait
