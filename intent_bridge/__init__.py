"""Turn the tool calls of a language model into actions a vehicle carries out, and make the unsafe ones impossible."""
