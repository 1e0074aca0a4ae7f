"""Whatever the order in which copies meet, they come to agree; and edits made apart are noticed."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from sledmon.library.versions import Order, Version, joined, order

LIBRARIES = [UUID(int=n) for n in (1, 2, 3)]
counts = st.dictionaries(st.sampled_from("abc"), st.integers(1, 4))

# A history: (library, edits it) or (library, meets another).
steps = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 2), st.just("edits")),
        st.tuples(st.integers(0, 2), st.just("erases")),
        st.tuples(st.integers(0, 2), st.integers(0, 2)),
    ),
    max_size=25,
)


@given(counts, counts)
def test_the_order_of_two_versions_is_seen_the_same_from_both_sides(
    one: dict[str, int], two: dict[str, int]
) -> None:
    opposite = {
        Order.SAME: Order.SAME,
        Order.APART: Order.APART,
        Order.NEWER: Order.OLDER,
        Order.OLDER: Order.NEWER,
    }
    assert order(two, one) is opposite[order(one, two)]
    both = joined(one, two)
    assert order(both, one) in (Order.SAME, Order.NEWER)
    assert order(both, two) in (Order.SAME, Order.NEWER)
    assert joined(both, one) == both


def met(one: Version, two: Version) -> Version:
    """What both hold after they met."""
    relation = one.order_to(two)
    if relation is Order.APART or one.erased or two.erased:
        return (one if one.stands_over(two) else two).joined(two if one.stands_over(two) else one)
    return one if relation in (Order.NEWER, Order.SAME) else two


@given(steps)
def test_copies_that_all_met_hold_the_same_and_what_was_erased_stays_so(
    history: list[tuple[int, str | int]],
) -> None:
    copies = [Version(0, LIBRARIES[0], {}, False)] * 3
    erased = False
    for library, what in history:
        if isinstance(what, int):
            copies[library] = copies[what] = met(copies[library], copies[what])
        elif not (what == "edits" and copies[library].erased):
            erased |= what == "erases"
            copies[library] = copies[library].edited(LIBRARIES[library], erased=what == "erases")
    for one, two in ((0, 1), (1, 2), (0, 1), (0, 2)):
        copies[one] = copies[two] = met(copies[one], copies[two])
    assert copies[0] == copies[1] == copies[2]
    assert copies[0].erased is erased


@given(steps)
def test_of_two_copies_with_the_same_edits_the_content_is_the_same(
    history: list[tuple[int, str | int]],
) -> None:
    copies = [Version(0, LIBRARIES[0], {}, False)] * 3
    seen: dict[tuple[tuple[str, int], ...], tuple[int, UUID, bool]] = {}
    for library, what in history:
        if isinstance(what, int):
            copies[library] = copies[what] = met(copies[library], copies[what])
        elif not copies[library].erased:
            copies[library] = copies[library].edited(LIBRARIES[library], erased=what == "erases")
        for copy in copies:
            edits = tuple(sorted(copy.counts.items()))
            content = copy.revision, copy.edited_by, copy.erased
            assert seen.setdefault(edits, content) == content
