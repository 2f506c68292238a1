"""Entry of the web server: static files, HTTP to Django, WebSockets to the live pages."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.wsgi import get_wsgi_application

from labeling.environment import wait_at_most

PATIENCE = 5  # seconds that a request waits for a lock of the database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "labeling.settings")
for database in settings.DATABASES.values():
    # People are told within ten seconds that the database is locked; workers wait longer.
    wait_at_most(database, PATIENCE)
django = get_wsgi_application()

# What follows imports models, which need the application registry that the line above fills.
from annotator_ui.live import websocket_urls  # noqa: E402
from labeling.server.addresses import ClientAddress  # noqa: E402
from labeling.server.bridge import Bridge  # noqa: E402
from labeling.server.origins import SameOrigin  # noqa: E402
from labeling.server.static import StaticFiles  # noqa: E402
from labeling.server.turns import Allowance  # noqa: E402

# No page comes near: a fast hand in the grid makes 20 requests a second for a few seconds.
RATE = settings.REQUESTS_PER_SECOND
# Behind a proxy that speaks HTTP/2 a page of the grid asks for all its pictures at once.
PERSON = Allowance(threads=3, waiting=150, at_once=150, rate=RATE, burst=12 * RATE)
# A class that signs in from behind one router shares this one.
STRANGER = Allowance(threads=2, waiting=200, at_once=0, rate=RATE, burst=12 * RATE)

application = ClientAddress(
    ProtocolTypeRouter(
        {
            "http": StaticFiles(Bridge(django, PERSON, STRANGER)),
            "websocket": SameOrigin(AuthMiddlewareStack(URLRouter(websocket_urls))),
        }
    ),
    settings.TRUSTED_PROXIES,
)
