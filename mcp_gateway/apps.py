from django.apps import AppConfig


class McpGatewayConfig(AppConfig):
    name = "mcp_gateway"
    verbose_name = "MCP gateway"

    def ready(self) -> None:
        from mcp_gateway import catalogue
        from mcp_gateway.surfaces import SERVER_TITLE, SURFACES
        from rocketsdr.accounts.oauth import resources

        catalogue.load()
        for surface in SURFACES:
            resources.register(resources.Resource(surface.address, SERVER_TITLE))
