# This vehicle's own settings and the texts of its rules (oem.yaml).

Cabin-Fragrance-Intensity = the fragrance
    .number = { $at ->
        [low] off
       *[other] level { $steps }
      }
Body-IsPinchProtectionWorking = the pinch protection
CurrentLocation-IsAtHome = being at home

reason-blower-limit = The fan cannot do more right now.
reason-fan-while-defrosting = The windscreen needs that much air while it is being cleared.
reason-fan-against-fog = The windscreen needs some air, or it will fog up.
reason-windscreen-may-fog = The windscreen would fog up.
reason-air-is-used-up = The air in the car is used up and needs to be renewed.
reason-mild-heat-for-child = A child sits there, so the heat stays mild.
reason-too-close-to-airbag = That is too close to the airbag while the car drives.
reason-no-pinch-protection = The pinch protection is not working.

# What scenes need first (profile.yaml)

reason-scene-parked = That is for the parked car.
reason-scene-battery = The battery is too low for that.
reason-scene-door-open = A door is open.
