"""How often one visitor may have something kept."""

from typing import Any

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle


class NewViews(SimpleRateThrottle):
    """New short links. Links that are there already cost nothing."""

    scope = "shared-views"
    rate = "60/hour"

    def get_cache_key(self, request, view):
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}

    def allows(self, request: HttpRequest | Request) -> bool:
        """Whether this visitor may make one more; it counts as made."""
        asked: Any = request
        no_view: Any = None
        return self.allow_request(asked, no_view)
