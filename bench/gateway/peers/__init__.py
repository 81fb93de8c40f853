"""Servers that do what the gateway's list_products does, each written the way its library's documentation says."""
