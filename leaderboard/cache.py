"""The cache that a page can do without."""

import logging
import time
from collections.abc import Callable, Hashable
from typing import Any

from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache; when Redis is away, reads miss and writes are dropped."""

    def get(self, key, default=None, version=None):
        try:
            return super().get(key, default, version)
        except (RedisError, OSError) as error:
            log.warning("cache read failed: %s", error)
            return default

    def set(self, key, value, *args, **kwargs):
        try:
            super().set(key, value, *args, **kwargs)
        except (RedisError, OSError) as error:
            log.warning("cache write failed: %s", error)

    def add(self, key, value, *args, **kwargs):
        try:
            return super().add(key, value, *args, **kwargs)
        except (RedisError, OSError) as error:
            log.warning("cache write failed: %s", error)
            return False


# A count that took a second is good for twenty, whatever has changed; a quick one until something
# has.
PATIENCE, QUICK_S, KEPT_S = 20, 0.1, 3600


def tallied(name: str, state: Hashable, work: Callable[[], Any]) -> Any:
    """What `work` gives, done anew when the state is another one, but not too often.

    Small stores are counted at once; in large ones a count may be as old as is worth its time.
    """
    kept = cache.get(name)
    if kept is not None:
        is_recent = time.time() - kept["at"] < PATIENCE * kept["took"]
        if kept["state"] == state or is_recent:
            return kept["found"]
    begun = time.perf_counter()
    found = work()
    took = time.perf_counter() - begun
    worth = took if took > QUICK_S else 0
    kept = {"state": state, "at": time.time(), "took": worth, "found": found}
    cache.set(name, kept, timeout=KEPT_S)
    return found
