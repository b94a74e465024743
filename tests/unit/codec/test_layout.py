"""Where signals lie in a message: what cannot be right is refused; no signal has more pieces than it must."""

import pytest
from cantools.database.can import Message

from intent_bridge.codec.layout import layout
from intent_bridge.errors import SignalError
from tests.unit.codec.test_plan import BIG, LITTLE, MIXED, SEVERAL, SEVERAL_TAIL, SIMPLE, message


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (
            message('A : 0|8@1+ (1,0) [0|0] ""', 'B : 7|8@1+ (1,0) [0|0] ""', strict=False),
            "M.B: overlaps A; mend the DBC",
        ),
        (message('A : 0|16@1+ (1,0) [0|0] ""', length=1, strict=False), "M.A: does not fit into 1 bytes"),
        (message('A : 0|2@0+ (1,0) [0|0] ""', length=1, strict=False), "M.A: does not fit into 1 bytes"),
        (message('A : 60|8@1+ (1,0) [0|0] ""', strict=False), "M.A: does not fit into 8 bytes"),
        (  # the one part of it is in the frame, the other is not; read from either end
            message('A : 0|16@1+ (1,0) [0|0] ""', 'B : 59|8@0+ (1,0) [0|0] ""', strict=False),
            "M.B: does not fit into 8 bytes",
        ),
        (
            message(*BIG, 'B : 60|8@1+ (1,0) [0|0] ""', 'C : 31|16@0+ (1,0) [0|0] ""', strict=False),
            "M.B: does not fit into 8 bytes",
        ),
        (  # B stands between them
            message(
                'A : 1|10@0+ (1,0) [0|0] ""',
                'B : 7|1@1+ (1,0) [0|0] ""',
                'C : 8|8@1+ (1,0) [0|0] ""',
                strict=False,
            ),
            "M.C: overlaps A; mend the DBC",
        ),
        (
            message(
                *(f'{n} : {at}|8@1+ (1,0) [0|0] ""' for n, at in zip("ABC", (0, 8, 0), strict=True)),
                strict=False,
            ),
            "M.C: overlaps A; mend the DBC",
        ),
        (
            message(
                'A : 0|4@1+ (1,0) [0|0] ""',
                'B : 4|4@1+ (1,0) [0|0] ""',
                'C : 4|1@1+ (1,0) [0|0] ""',
                strict=False,
            ),
            "M.C: overlaps B; mend the DBC",
        ),
        (message('A : 0|8@1+ (0,0) [0|0] ""'), "M.A: its factor is 0; mend the DBC"),
        (
            message('A : 0|24@1- (1,0) [0|0] ""', tail="SIG_VALTYPE_ 1 A : 1;"),
            "M.A: a float of 24 bits; it must have 16, 32 or 64",
        ),
        (
            message('A : 0|8@1+ (1,0) [0|0] ""', 'A : 8|8@1+ (1,0) [0|0] ""', strict=False),
            "M: two signals have the same name; rename one in the DBC",
        ),
    ],
)
def test_a_layout_that_cannot_be_right_is_refused(made: Message, reason: str) -> None:
    with pytest.raises(SignalError) as caught:
        layout(made)
    assert str(caught.value) == reason


def test_pages_of_one_multiplexer_may_share_bits_but_not_with_another_multiplexers() -> None:
    layout(message(*SEVERAL, tail=SEVERAL_TAIL))
    clash = (*SEVERAL[:4], 'C m0 : 12|8@1+ (1,0) [0|0] ""', *SEVERAL[5:])
    with pytest.raises(SignalError, match=r"M\.[AC]: overlaps|M\.C: overlaps B"):
        layout(message(*clash, tail=SEVERAL_TAIL, strict=False))


def test_every_page_of_one_multiplexer_is_held_against_every_page_of_the_other() -> None:
    clash = (*SEVERAL[:3], 'B m1 : 32|8@1- (1,0) [0|0] ""', 'C m0 : 8|8@1+ (1,0) [0|0] ""', SEVERAL[5])
    with pytest.raises(SignalError, match=r"M\.C: overlaps A"):
        layout(message(*clash, tail=SEVERAL_TAIL, strict=False))


def test_only_messages_with_both_byte_orders_need_more_than_one_piece_per_signal() -> None:
    for signals in (LITTLE, BIG, SIMPLE):
        assert all(len(s.pieces) == 1 for s in layout(message(*signals)).slots.values())
    assert sum(len(s.pieces) for s in layout(message(*MIXED)).slots.values()) > 3
