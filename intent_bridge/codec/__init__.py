"""Frames and values: the compiled DBC codec, end-to-end protection, and the egress gate."""

from intent_bridge.codec.egress import EgressGate
from intent_bridge.codec.encoder import Encoder
from intent_bridge.codec.receiver import Reading, Receiver
from intent_bridge.codec.secoc import NO_SECURITY, Keys, Security

__all__ = ["NO_SECURITY", "EgressGate", "Encoder", "Keys", "Reading", "Receiver", "Security"]
