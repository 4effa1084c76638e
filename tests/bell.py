"""A doorbell that remembers who rang."""

rung: list[str] = []


def ring(name: str, row_id: int) -> None:
    """Remember the ring."""
    rung.append(name)
