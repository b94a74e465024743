"""The tools of a car in a pydantic-ai agent (`pip install pydantic-ai-slim`): ten lines, our own schemas."""

from typing import Any

from pydantic_ai import Agent, Tool

from intent_bridge import Bridge


def car_tools(car: Bridge) -> list[Tool]:
    def tool(name: str, description: str, parameters: dict[str, Any]) -> Tool:
        def call(**arguments: Any) -> str:
            return car.tool_result(car.handle({"name": name, "arguments": arguments}))

        return Tool.from_schema(call, name=name, description=description, json_schema=parameters)

    return [tool(**spec["function"]) for spec in car.tools("openai")]


def car_agent(car: Bridge, model: Any) -> Agent:
    return Agent(
        model, tools=car_tools(car), instructions="Say that something is done only if `status` says so."
    )
