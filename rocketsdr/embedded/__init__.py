"""PostgreSQL and Redis for one machine, started on demand and stopped with their last user; importing this starts nothing."""

from rocketsdr.embedded.errors import NotStarted
from rocketsdr.embedded.lease import join
from rocketsdr.embedded.places import broker_url, database_url, home, kept_secret, redis_url, wanted

__all__ = ["NotStarted", "broker_url", "database_url", "home", "join", "kept_secret", "redis_url", "wanted"]
