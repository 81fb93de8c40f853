class NotStarted(SystemExit):
    """The embedded services cannot run; the message is one sentence for the person who started us."""
