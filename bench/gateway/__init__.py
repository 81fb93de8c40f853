"""The gateway beside its peers: the same key check, the same query and the same record of calls, one process each, in turns."""
