"""Simulated ECUs: a second implementation, by cantools and autosar-e2e, on virtual time."""

from .plan import Plan, load_plan
from .protection import simulated_key
from .vehicle import SimulatedVehicle

__all__ = ["Plan", "SimulatedVehicle", "load_plan", "simulated_key"]
