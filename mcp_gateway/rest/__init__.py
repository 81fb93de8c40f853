"""The REST door: `POST /api/v1/<surface>/<tool>` with the tool's arguments as plain JSON, through the same hallway as MCP."""
