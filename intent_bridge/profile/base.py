"""What every part of a vehicle's files is made of: strict, frozen models, and words that many of them use."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Ms = Annotated[int, Field(gt=0, le=3_600_000)]
SignalRef = Annotated[str, Field(pattern=r"^[A-Za-z_]\w*\.[A-Za-z_]\w*$")]
"""`MESSAGE.Signal` as the DBC spells it."""


class Model(BaseModel):
    """A part of a file: no unknown keys, no change after load.

    Its validator is made when the first such part is read: most processes read few kinds of files.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
