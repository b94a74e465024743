"""Between a vehicle and what talks to it: the model loop, the lanes, and the MCP server.

`Assistant` lets one model serve a request, `Lanes` puts several ways of understanding behind each other.
"""
