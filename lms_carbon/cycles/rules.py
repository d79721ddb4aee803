"""Pure rules of the ledger (DESIGN §3)."""


def split_points(points: int, parts: int) -> tuple[int, ...]:
    """Split integer thousandths evenly over tags, largest remainder first in tag order (DESIGN §3).

    1000 over 3 is 334 + 333 + 333. The parts sum to the whole, and because earned and possible points are split
    in the same order, no part earns more than it could as long as the whole does not. Raises `ValueError` for
    less than one part: at least one tag must be left.
    """
    if parts < 1:
        raise ValueError("points are split over at least one tag")
    share, remainder = divmod(points, parts)
    return tuple(share + (1 if index < remainder else 0) for index in range(parts))
