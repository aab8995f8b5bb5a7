"""How often one visitor may have something kept."""

from rest_framework.throttling import SimpleRateThrottle


class NewViews(SimpleRateThrottle):
    """New short links. Links that are there already cost nothing."""

    scope = "shared-views"
    rate = "60/hour"

    def get_cache_key(self, request, view):
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}
