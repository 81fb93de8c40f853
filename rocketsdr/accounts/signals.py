"""What happens to people and workspaces, for the apps above to hear; sent inside the transaction that does it."""

from __future__ import annotations

from django.dispatch import Signal

workspace_opened = Signal()  # actor: Actor, the new workspace's owner
