"""The product's own cancel_job: what tasks/cancel calls must be on the surface that begins tasks."""

from mcp_gateway.tools.outreach.cancel_job import cancel_job

__all__ = ["cancel_job"]
