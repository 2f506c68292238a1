"""Simulated people and drawn scenes, for the demo and rehearsals."""
