"""Turn the tool calls of a language model into actions of a vehicle, and make the unsafe ones impossible."""

__version__ = "0.1.0"
