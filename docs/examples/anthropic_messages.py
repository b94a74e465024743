"""Claude with the tools of a car, by the readers alone: any loop of your own, without an SDK of a vendor.

    ANTHROPIC_API_KEY=… python anthropic_messages.py "I'd like the sunshade half open"

An SDK's Message object goes into `read` as it is.
"""

import json
import os
import sys
import urllib.request

from intent_bridge import Bridge, ToolCall
from intent_bridge.llm import CallResult, read, write_results

BASE = os.environ.get("ANTHROPIC_BASE_URL", "https://api.anthropic.com")


def ask(messages: list, tools: list) -> dict:
    model = os.environ.get("MODEL", "claude-sonnet-4-6")
    body = {"model": model, "max_tokens": 500, "messages": messages, "tools": tools}
    headers = {
        "content-type": "application/json",
        "anthropic-version": "2023-06-01",
        "x-api-key": os.environ["ANTHROPIC_API_KEY"],
    }
    request = urllib.request.Request(f"{BASE}/v1/messages", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


with Bridge.simulated("demo_sedan") as car:
    tools = car.tools("anthropic")
    messages = [{"role": "user", "content": sys.argv[1]}]
    for _ in range(4):
        answer = ask(messages, tools)
        found = read("anthropic_tool_use", answer, tools=tools)
        if not found.calls:
            break
        results = []
        for call in found.calls:
            outcome = car.handle(ToolCall(str(call.id), call.name, call.arguments))
            print(outcome.status, outcome.say("en"))
            results.append(CallResult(call, json.loads(car.tool_result(outcome))))
        messages += [{"role": "assistant", "content": answer["content"]}]
        messages += write_results("anthropic_tool_use", results)
    print(found.rest or found.error)
