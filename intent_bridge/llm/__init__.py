"""Tool calls in and results out, in every dialect that models speak, and tools out for every target.

Pure functions without any vendor's SDK. `read` and `StreamReader` take answers of models apart, `read_call`
takes one call that the host has isolated, `read_answer` an answer that holds exactly one, `write_results`
answers in the same dialect, `export_tools` shows a vehicle's tools to a model.
"""

from intent_bridge.llm.dialects import AUTO, DIALECTS
from intent_bridge.llm.export import ToolExport, export_tools
from intent_bridge.llm.model import OpenCall, ParsedCall, ReadError, ReadResult
from intent_bridge.llm.preflight import Early, Preflight
from intent_bridge.llm.reader import StreamReader, read, read_answer
from intent_bridge.llm.results import CallResult, write_results
from intent_bridge.llm.single import read_call
from intent_bridge.llm.table import ToolTable
from intent_bridge.llm.targets import TARGETS
from intent_bridge.llm.tighten import Constraint

__all__ = [
    "AUTO",
    "DIALECTS",
    "TARGETS",
    "CallResult",
    "Constraint",
    "Early",
    "OpenCall",
    "ParsedCall",
    "Preflight",
    "ReadError",
    "ReadResult",
    "StreamReader",
    "ToolExport",
    "ToolTable",
    "export_tools",
    "read",
    "read_answer",
    "read_call",
    "write_results",
]
