"""The connection test: this server calls itself at its public address, as a client would, and says what is wrong on the way."""

from integrations.connection_test.line import Line
from integrations.connection_test.run import Report, latest, start

__all__ = ["Line", "Report", "latest", "start"]
