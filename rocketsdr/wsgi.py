"""The WSGI application, for servers that speak WSGI only; streams need the ASGI one."""

import os

from django.core.wsgi import get_wsgi_application

from rocketsdr import embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rocketsdr.settings")
embedded.join()
application = get_wsgi_application()
