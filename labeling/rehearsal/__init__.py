"""Simulated people who work a job through the real HTTP API, and the report of what came out."""
