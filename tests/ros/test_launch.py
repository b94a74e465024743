"""Launch files, parameter files and the SROS2 policy: run where `launch` is installed, else read."""

import ast
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from intent_bridge_ros.node import SPECS
from intent_bridge_ros.parameters import bus_specs
from intent_bridge_ros.relay import RELAY_SPECS
from intent_bridge_ros.relay_map import load_relay
from intent_bridge_ros.sim_ecus import SPECS as ECU_SPECS
from rcl_interfaces.srv import GetParameters
from rclpy.node import Node

from intent_bridge.profile import load_profile
from tests.ros.graph import Probe, Process, until

PACKAGE = Path(__file__).parents[2] / "ros2_ws/src/intent_bridge_ros"
PYTHON = sorted((PACKAGE / "launch").glob("*.launch.py"))
ALL = sorted((PACKAGE / "launch").glob("*.launch.*"))
KNOWN = {spec.name for spec in (*SPECS, *RELAY_SPECS, *ECU_SPECS)} | {"use_sim_time"}


def executables() -> set[str]:
    text = (PACKAGE / "setup.py").read_text(encoding="utf-8")
    return {
        node.value.split("=")[0].strip()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and ":main" in node.value
    }


@pytest.mark.parametrize("file", PYTHON, ids=lambda file: file.name)
def test_a_python_launch_file_compiles_and_names_only_what_exists(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    compile(tree, file.name, "exec")
    assert any(isinstance(n, ast.FunctionDef) and n.name == "generate_launch_description" for n in tree.body)
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    for call in calls:
        given = {k.arg: k.value for k in call.keywords}
        if call.func.id in ("Node", "LifecycleNode"):
            assert ast.literal_eval(given["package"]) == "intent_bridge_ros"
            assert ast.literal_eval(given["executable"]) in executables()
    dicts = [n for n in ast.walk(tree) if isinstance(n, ast.Dict)]
    names = {k.value for d in dicts for k in d.keys if isinstance(k, ast.Constant)}
    assert names <= KNOWN | {"namespace", "sim", "choices"}, names - KNOWN


def test_the_yaml_launch_file_names_only_what_exists() -> None:
    data = yaml.safe_load((PACKAGE / "launch/vehicle.launch.yaml").read_text(encoding="utf-8"))
    arguments = {part["arg"]["name"] for part in data["launch"] if "arg" in part}
    nodes = [part["node"] for part in data["launch"] if "node" in part]
    assert {node["exec"] for node in nodes} <= executables() and len(nodes) == 2
    for node in nodes:
        for one in node["param"]:
            assert one.get("name", "vehicle") in KNOWN
            assert "from" not in one or (PACKAGE / one["from"].split(") ")[-1].split(")/")[-1]).is_file()
            used = str(one.get("value", ""))
            assert "$(var" not in used or used.split("$(var ")[1].split(")")[0] in arguments


@pytest.mark.parametrize("file", ALL, ids=lambda file: file.name)
def test_a_launch_file_runs_under_launch(file: Path, tmp_path: Path) -> None:
    pytest.importorskip("launch_ros", reason="`launch` is not installed: it comes with a ROS from apt only")
    more = [f"map:={PACKAGE}/config/relay.yaml"] if "relay" in file.name else []
    command = [sys.executable, "-m", "ros2cli.cli", "launch", str(file), "--show-args", *more]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert shown.returncode == 0 and "vehicle" in shown.stdout + shown.stderr, shown.stderr


@pytest.mark.parametrize("name", ["bridge.yaml", "socketcan.yaml"])
def test_a_parameter_file_sets_what_a_node_declares(
    probe: Probe, start: Callable[..., Process], name: str
) -> None:
    file = PACKAGE / "config" / name
    given = yaml.safe_load(file.read_text(encoding="utf-8"))["/**"]["ros__parameters"]
    buses = {spec.name for bus in ("body", "comfort", "adas") for spec in bus_specs(bus, "", "")}
    assert given.keys() <= KNOWN | buses
    node = start("intent_bridge_ros.node", namespace="/filed", params_file=file)
    until(lambda: ("intent_bridge", "/filed") in probe.node.get_node_names_and_namespaces(), "the node")
    plain = [key for key in given if key not in buses]  # those of buses are declared with the vehicle
    answer = probe.call(GetParameters, "/filed/intent_bridge/get_parameters", names=plain)
    kinds = {1: "bool_value", 2: "integer_value", 3: "double_value", 4: "string_value"}
    assert [getattr(v, kinds[v.type]) for v in answer.values] == [given[key] for key in plain]
    assert node.end() == 0


def test_the_example_of_a_relay_map_fits_the_shipped_vehicle() -> None:
    relayed = load_relay(PACKAGE / "config/relay.yaml", load_profile("demo_sedan"))
    assert {one.topic for one in relayed} == {"fan_cmd", "seat_cmd"}


def test_every_parameter_says_what_it_means_and_every_number_has_a_range() -> None:
    for spec in (*SPECS, *RELAY_SPECS, *ECU_SPECS, *bus_specs("body", "frames", "frames")):
        assert spec.says.endswith((".", "…")), spec.name
        if isinstance(spec.default, int | float) and not isinstance(spec.default, bool):
            assert spec.low is not None and spec.high is not None, spec.name


def test_the_sros2_policy_grants_a_persons_yes_to_the_hmi_and_not_to_the_models_host() -> None:
    root = ElementTree.parse(PACKAGE / "sros2/policy.xml").getroot()
    assert (root.tag, root.get("version")) == ("policy", "0.2.0")
    granted: dict[str, dict[str, set[str]]] = {}
    rights = {"services": ("service", "request", "reply"), "actions": ("action", "call", "execute"),
              "topics": ("topic", "publish", "subscribe")}  # fmt: skip
    for enclave in root.findall("enclaves/enclave"):
        has = granted.setdefault(enclave.attrib["path"].rsplit("/", 1)[1], {})
        for profile in enclave.findall("profiles/profile"):
            assert profile.attrib.keys() == {"ns", "node"}
            for group in profile:
                leaf, *allowed = rights[group.tag]
                ((right, answer),) = group.attrib.items()
                assert right in allowed and answer == "ALLOW" and {one.tag for one in group} == {leaf}
                has.setdefault(right, set()).update(str(one.text) for one in group)
    assert {"/intent_bridge/confirm"} <= granted["hmi"]["request"]
    assert "/intent_bridge/confirmation" in granted["hmi"]["subscribe"]
    for other in granted.keys() - {"hmi", "bridge"}:
        said = set().union(*granted[other].values())
        assert not {name for name in said if "confirm" in name}, other
    assert "/intent_bridge/handle_tool_call" in granted["model_host"]["call"]


def test_the_sros2_policy_lets_the_bridge_have_every_name_it_has_in_the_graph(
    probe: Probe, start: Callable[..., Process]
) -> None:
    node = start("intent_bridge_ros.node", namespace="/granted", autostart=True)
    until(lambda: probe.state("/granted/intent_bridge") == "active", "the active state")
    root = ElementTree.parse(PACKAGE / "sros2/policy.xml").getroot()
    bridge = root.find("enclaves/enclave[@path='/intent_bridge/bridge']")
    assert bridge is not None
    names = {str(one.text) for one in bridge.iter() if one.tag in ("topic", "service")}
    full = {
        f"/granted/intent_bridge/{n[2:]}" if n[0] == "~" else n if n[0] == "/" else f"/granted/{n}"
        for n in names
    }
    who = "intent_bridge", "/granted"
    ours: Node = probe.node
    until(lambda: len(ours.get_service_names_and_types_by_node(*who)) > 10, "the services of the node")
    seen = [
        *ours.get_service_names_and_types_by_node(*who),
        *ours.get_publisher_names_and_types_by_node(*who),
        *ours.get_subscriber_names_and_types_by_node(*who),
    ]
    missing = {name for name, _ in seen if "/_action/" not in name} - full
    assert not missing
    assert node.end() == 0
