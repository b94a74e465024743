"""The tools of a car for LangChain (`pip install langchain-core`): ten lines, our own schemas."""

from typing import Any

from langchain_core.tools import StructuredTool

from intent_bridge import Bridge


def car_tools(car: Bridge) -> list[StructuredTool]:
    def tool(name: str, description: str, parameters: dict[str, Any]) -> StructuredTool:
        def call(**arguments: Any) -> str:
            return car.tool_result(car.handle({"name": name, "arguments": arguments}))

        return StructuredTool(name=name, description=description, args_schema=parameters, func=call)

    return [tool(**spec["function"]) for spec in car.tools("openai")]
