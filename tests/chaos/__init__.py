"""Fault tests: a real installation under faults in; a verdict out, told only from what the sinks received."""
