"""Browser profiles that one test after another takes over, emptied: a page's scripts stay cached.

The first page of a new profile asks for some 120 files and compiles them, three seconds of
processor time; the next pages of the same profile take a third of that.
"""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

STORED = "cookies,file_systems,indexeddb,local_storage,service_workers,cache_storage"


@dataclass
class Profile:
    """A context and its blank page, which outlasts the tests and speaks to the debugger."""

    key: str
    context: BrowserContext
    blank: Page
    debugger: CDPSession
    watch: Any = None
    clock: bool = False

    def tell(self, event: str, what: Any) -> None:
        """The test that has this profile looks at what happened in a page."""
        if self.watch is not None:
            getattr(self.watch, event)(what)

    def clock_was_set(self) -> bool:
        """Whether a test has taken over the time of all pages, those to come as well."""
        return bool(self.blank.evaluate("'__pwClock' in globalThis"))

    def empty(self, origin: str) -> None:
        """Leave nothing of the test but what the browser has cached."""
        self.watch = None
        for page in self.context.pages:
            if page != self.blank:
                page.close()
        self.context.set_offline(False)
        self.context.unroute_all()
        self.context.clear_cookies()
        self.debugger.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": STORED})


@dataclass
class Profiles:
    """Those of a browser that nobody uses at the moment, by what they were asked for."""

    browser: Browser
    origin: str
    init_script: str
    free: list[Profile] = field(default_factory=list)

    def take(self, watch: Any, clock: bool = False, **options: Any) -> Profile:
        """An empty profile, watched; with `clock` the test may move its pages' time on."""
        key = repr((clock, sorted(options.items())))
        found = next((one for one in self.free if one.key == key), None)
        if found:
            self.free.remove(found)
        else:
            found = self._new(key, options)
            found.clock = clock
        if clock:
            found.context.clock.install()  # once more where it was moved on: now is now again
        found.watch = watch
        return found

    def _new(self, key: str, options: dict[str, Any]) -> Profile:
        context = self.browser.new_context(base_url=self.origin, **options)
        blank = context.new_page()
        made = Profile(key, context, blank, context.new_cdp_session(blank))
        context.add_init_script(self.init_script)
        for event in ("console", "weberror", "response"):
            context.on(event, partial(made.tell, event))  # type: ignore[call-overload]
        return made

    def give_back(self, profile: Profile) -> None:
        """For the next test, unless pages of this one would not be as new."""
        if profile.clock_was_set() and not profile.clock:
            profile.context.close()
        else:
            profile.empty(self.origin)
            self.free.append(profile)
