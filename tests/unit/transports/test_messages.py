from copy import deepcopy

import can
from hypothesis import given
from hypothesis import strategies as st

from intent_bridge.transports.messages import to_frame, to_message
from intent_bridge.types import RawFrame

FRAMES = st.builds(
    RawFrame,
    bus=st.just("body"),
    can_id=st.integers(0, 0x7FF),
    extended=st.booleans(),
    fd=st.booleans(),
    data=st.binary(max_size=8),
)


@given(FRAMES)
def test_a_copy_of_a_message_of_ours_says_the_same_and_shares_nothing(frame: RawFrame) -> None:
    message = to_message(frame)
    copied = deepcopy(message)
    assert type(copied) is can.Message and copied.equals(message, timestamp_delta=None, check_channel=True)
    assert to_frame(frame.bus, copied) == frame
    if copied.data:
        copied.data[0] ^= 0xFF
        assert to_frame(frame.bus, message) == frame
