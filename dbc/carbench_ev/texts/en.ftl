# This vehicle's own settings and the texts of its rules (oem.yaml).

Exterior-Weather = the weather
VehicleIdentification-VehicleExteriorColor = the paint
Powertrain-TractionBattery-GrossCapacity = the battery's size

reason-bench-needs-yes = That needs your yes.
reason-bench-shade-first = The sunshade opens with the roof.
reason-bench-weather = The weather is not right for that.
reason-bench-cooling-outside = With the air conditioning on, an open window wastes energy.
reason-bench-windows-closed = The windows close for the air conditioning.
reason-bench-fan-for-cooling = The air conditioning needs the fan.
reason-bench-air-for-defrost = Clearing the windscreen needs air from the fan and the air conditioning.
reason-bench-beams-for-fog = Fog lights go with low beams, and without high beams.
reason-bench-sides-apart = The two sides are more than three degrees apart.
