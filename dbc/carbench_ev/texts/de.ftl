# Eigene Einstellungen dieses Autos und die Texte seiner Regeln (oem.yaml).

Exterior-Weather = die Wetterlage
VehicleIdentification-VehicleExteriorColor = die Lackfarbe
Powertrain-TractionBattery-GrossCapacity = die Batteriegröße

reason-bench-needs-yes = Das braucht Ihr Ja.
reason-bench-shade-first = Das Sonnenrollo öffnet mit dem Dach.
reason-bench-weather = Das Wetter passt nicht dazu.
reason-bench-cooling-outside = Mit eingeschalteter Klimaanlage verschwendet ein offenes Fenster Energie.
reason-bench-windows-closed = Für die Klimaanlage schließen die Fenster.
reason-bench-fan-for-cooling = Die Klimaanlage braucht das Gebläse.
reason-bench-air-for-defrost = Zum Entfrosten braucht die Frontscheibe Luft vom Gebläse und von der Klimaanlage.
reason-bench-beams-for-fog = Nebellicht geht mit Abblendlicht und ohne Fernlicht.
reason-bench-sides-apart = Die beiden Seiten liegen mehr als drei Grad auseinander.
