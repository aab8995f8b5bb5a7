"""The cache that a page can do without."""

import logging

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
