"""The documents of the gateway, written from the registry: the page, the texts for language models, the server card."""
