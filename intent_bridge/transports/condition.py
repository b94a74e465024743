"""The words for what a bus is able to do, as a workshop would say them."""

from enum import StrEnum
from typing import Final


class Condition(StrEnum):
    """Condition of one bus, of the host, or of the audit file."""

    STARTING = "starting"  # nothing heard yet
    OK = "ok"
    SILENT = "silent"  # it was heard, and now nobody speaks
    RECOVERING = "recovering"  # usable again; its state is being read anew, no command leaves yet
    ERROR_PASSIVE = "error_passive"  # the controller counts many errors; frames still pass
    RX_OVERFLOW = "rx_overflow"  # frames came faster than they were taken; the oldest were dropped
    TX_QUEUE_FULL = "tx_queue_full"  # the bus takes no more frames (ENOBUFS): nobody acknowledges, or a flood
    BUS_OFF = "bus_off"  # the controller left the bus; sends would be swallowed
    LINK_DOWN = "link_down"  # the interface is switched off (ENETDOWN)
    UNPLUGGED = "unplugged"  # the adapter is gone (ENODEV, ENXIO, EIO)
    SECOND_SENDER = "second_sender"  # somebody else sends one of our commands
    SLOW = "slow"  # of the audit file: records come too late for their calls, or wait in memory
    HEARTBEAT_LOST = "heartbeat_lost"  # the host program gave no sign of life
    FAILED = "failed"  # any other refusal


DEAD: Final = frozenset(
    {
        Condition.TX_QUEUE_FULL,
        Condition.BUS_OFF,
        Condition.LINK_DOWN,
        Condition.UNPLUGGED,
        Condition.FAILED,
    }
)
"""Conditions in which a bus carries no command."""
