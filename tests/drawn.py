"""Settings drawn at random for property tests: any field, any value that it allows."""

from hypothesis import strategies as st

from aecore.choosing import nearest
from aecore.config import FIELDS
from aecore.fields import MOST_LAYERS


def values(field):
    """Draw a value that a setting allows by itself."""
    if field.kind == "choice":
        return st.sampled_from([*field.choices])
    if field.kind == "bool":
        return st.booleans()
    if field.kind == "sizes":
        sizes = st.integers(field.low, field.high)
        return st.lists(sizes, min_size=field.fewest, max_size=MOST_LAYERS)
    numbers = st.integers if field.kind == "int" else st.floats
    usual = [st.sampled_from(field.stops)] if field.stops else []
    return st.one_of(*usual, numbers(field.low, field.high))


def free(**limits):
    """Draw some settings, each allowed by itself, whether or not they go together.

    Parameters
    ----------
    limits
        Other strategies for some settings; a setting that has one is always drawn.
    """
    others = {name: values(field) for name, field in FIELDS.items() if name not in limits}
    return st.fixed_dictionaries(limits, optional=others)


def configs(**limits):
    """Draw settings of every kind, mended where values do not go together; limits as `free`."""
    return free(**limits).map(lambda given: nearest(given, "digits")[0])
