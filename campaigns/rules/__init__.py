"""What is decided from its arguments alone: no Django, no clock, no I/O."""
