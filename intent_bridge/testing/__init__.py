"""Fuzz a vehicle: random drives on its simulated ECUs, watched by a monitor that knows only its hazards."""
