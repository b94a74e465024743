"""What the oracle reads of a frame, bit by bit as it first saw them, is what cantools reads of the whole."""

from typing import cast

import pytest
from cantools.database import DecodeError
from hypothesis import given
from hypothesis import strategies as st

from intent_bridge.profile import Profile, load_profile, shipped_vehicles
from intent_bridge.testing.eye import _commands, _Layout, _statuses


@pytest.fixture(params=shipped_vehicles(), scope="module")
def profile(request: pytest.FixtureRequest) -> Profile:
    return load_profile(request.param)


@given(data=st.data())
def test_signals_read_alone_are_those_of_the_whole_frame(profile: Profile, data: st.DataObject) -> None:
    info = data.draw(st.sampled_from(list(profile.messages.values())))
    for fields in (_commands(profile, info), _statuses(profile, info)):
        layout = _Layout(info, fields, None)
        frames = data.draw(
            st.lists(st.binary(min_size=info.length, max_size=info.length), min_size=1, max_size=4)
        )
        for frame in (*frames, *frames):
            try:
                raws = cast(dict[str, int], info.dbc.decode(frame, decode_choices=False, scaling=False))
            except DecodeError:
                assert layout.values(frame) in (None, {})
                continue
            whole = {f.path: f.value(raws[f.signal.name]) for f in fields if f.signal.name in raws}
            assert layout.values(frame) == whole
