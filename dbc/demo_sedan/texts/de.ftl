# Eigene Einstellungen dieses Autos und die Texte seiner Regeln (oem.yaml).

Cabin-Fragrance-Intensity = die Beduftung
    .number = { $at ->
        [low] aus
       *[other] Stufe { $steps }
      }
Body-IsPinchProtectionWorking = die Einklemmsicherung

reason-blower-limit = Mehr kann das Gebläse gerade nicht.
reason-fan-while-defrosting = So viel Luft braucht die Frontscheibe, solange sie entfrostet wird.
reason-fan-against-fog = Die Frontscheibe braucht etwas Luft, sonst beschlägt sie.
reason-windscreen-may-fog = Die Frontscheibe würde beschlagen.
reason-air-is-used-up = Die Luft im Auto ist verbraucht und muss erneuert werden.
reason-mild-heat-for-child = Dort sitzt ein Kind, also bleibt die Wärme mild.
reason-too-close-to-airbag = Das ist während der Fahrt zu nah am Airbag.
reason-no-pinch-protection = Die Einklemmsicherung arbeitet nicht.

# Was Szenen zuerst brauchen (profile.yaml)

CurrentLocation-IsAtHome = ob das Auto zu Hause ist
reason-scene-parked = Das geht nur im geparkten Auto.
reason-scene-battery = Dafür ist die Batterie zu leer.
reason-scene-door-open = Eine Tür ist offen.
