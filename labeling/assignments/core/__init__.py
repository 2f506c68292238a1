"""Pure: telemetry of answers, seconds per box, honeypots, pre-annotated against blind work."""
