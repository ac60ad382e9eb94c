"""The hospital server."""
