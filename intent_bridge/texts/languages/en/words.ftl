# Names of settings and sensors. The message id is the VSS path without `Vehicle.` and without the place.
# { place } brings the place, { s } the plural when several places are named together.

place = { $zone ->
    [driver] the driver's
    [passenger] the passenger's
    [rear_left] the rear left
    [rear_right] the rear right
    [front_row] both front
    [rear_row] both rear
    [all] all
    [several] { $count }
   *[none] the
  }
s = { $many ->
    [yes] s
   *[no] {""}
  }

zone-driver = the driver
zone-passenger = the passenger
zone-rear_left = rear left
zone-rear_right = rear right
zone-front_row = the front row
zone-rear_row = the rear row
zone-all = everybody

setting = that setting

# Climate

Cabin-HVAC-Station-Temperature = { place } temperature{ s }
    .LO = minimum
    .HI = maximum
Cabin-HVAC-Station-FanSpeed = { place } fan{ s }
    .number = { $at ->
        [low] off
       *[other] level { $steps }
      }
Cabin-HVAC-Station-AirDistribution = { place } air direction{ s }
    .FACE = face
    .FLOOR = feet
    .FACE_FLOOR = face and feet
    .DEFROST = windscreen
    .DEFROST_FLOOR = windscreen and feet
    .DEFROST_FACE = windscreen and face
    .DEFROST_FACE_FLOOR = windscreen, face and feet
Cabin-HVAC-IsAirConditioningActive = the air conditioning
Cabin-HVAC-IsAutoActive = automatic climate control
Cabin-HVAC-IsSyncActive = the coupling of the climate zones
Cabin-HVAC-RecirculationMode = the air supply
    .FRESH = fresh air
    .RECIRCULATE = recirculated air
    .AUTO = automatic
Cabin-HVAC-IsFrontDefrosterActive = the windscreen defroster
Cabin-HVAC-IsRearDefrosterActive = the rear window defroster
Cabin-HVAC-IsMaxDefrostActive = maximum defrost
Cabin-HVAC-AmbientAirTemperature = the cabin temperature
Cabin-HVAC-CO2 = the air quality
Cabin-HVAC-BlowerCapability = what the fan can do
Cabin-HVAC-FogRisk = the risk of fogged windows
Chassis-SteeringWheel-HeatingCooling = the steering wheel heating
    .number = { $at ->
        [low] off
       *[other] level { $steps }
      }

# Seats

Cabin-Seat-Position = { place } seat position{ s }
Cabin-Seat-Height = { place } seat height{ s }
Cabin-Seat-Backrest-Recline = { place } backrest{ s }
Cabin-Seat-Backrest-LumbarSupport = { place } lumbar support{ s }
Cabin-Seat-Seating-Length = { place } seat cushion{ s }
Cabin-Seat-MemoryRecall = { place } seat memory
    .SLOT1 = position 1
    .SLOT2 = position 2
    .SLOT3 = position 3
Cabin-Seat-HeatingLevel = { place } seat heater{ s }
    .number = { $at ->
        [low] off
       *[other] level { $steps }
      }
Cabin-Seat-VentilationLevel = { place } seat ventilation
    .number = { $at ->
        [low] off
       *[other] level { $steps }
      }
Cabin-Seat-Massage-Level = { place } seat massage
    .number = { $at ->
        [low] off
       *[other] level { $steps }
      }
Cabin-Seat-OccupancyStatus = who sits on { place } seat{ s }
Cabin-Seat-IsOccupied = who sits on { place } seat{ s }
Cabin-Seat-IsBelted = { place } seat belt{ s }
Cabin-Seat-HasChildRestraint = whether there is a child seat
Occupant-IsPresent = whether the driver is there

# Driver assistance

ADAS-CruiseControl-AdaptiveTimeGap = the distance to the car ahead
    .GAP_1_0 = 1.0 seconds
    .GAP_1_4 = 1.4 seconds
    .GAP_1_8 = 1.8 seconds
    .GAP_2_2 = 2.2 seconds
ADAS-CruiseControl-SpeedSet = the cruise speed
ADAS-LaneKeepAssist-IsEnabled = lane keeping assistance
ADAS-LaneKeepAssist-Mode = the lane keeping mode
    .WARNING = warning only
    .ASSIST = steering help
    .BOTH = warning and steering help
ADAS-LaneKeepAssist-Sensitivity = the lane keeping sensitivity
ADAS-LaneDepartureDetection-IsEnabled = the lane departure warning
ADAS-LaneDepartureWarning-IsEnabled = the lane departure warning
ADAS-LaneDepartureWarning-Sensitivity = the lane departure sensitivity
ADAS-ForwardCollisionWarning-Sensitivity = the collision warning sensitivity
ADAS-AutomaticEmergencyBraking-IsEnabled = automatic emergency braking
ADAS-BlindSpotWarning-IsEnabled = the blind spot warning
ADAS-SpeedLimitAssist-Mode = the speed limit assistant
    .INFORM = show the limit
    .WARN = warn
    .LIMIT = keep to the limit
ADAS-SpeedLimitAssist-Offset = the speed limit offset
ADAS-SpeedLimit = the speed limit
Powertrain-DriveMode = the drive mode
    .ECO = eco
    .COMFORT = comfort
    .NORMAL = normal
    .SPORT = sport
    .SNOW = snow

# Body

Cabin-Door-Window-Position = { place } window{ s }
    .number = { $at ->
        [low] closed
        [high] fully open
       *[between] { $number } % open
      }
Cabin-Door-IsOpen = { place } door{ s }
    .true = open
    .false = closed
Cabin-Sunroof-Position = the sunroof
    .number = { $at ->
        [low] closed
        [high] fully open
       *[between] { $number } % open
      }
Cabin-Sunroof-Shade-Position = the sunshade
    .number = { $at ->
        [low] closed
        [high] fully open
       *[between] { $number } % open
      }
Body-Trunk-Rear-Position = the trunk
    .number = { $at ->
        [low] closed
        [high] fully open
       *[between] { $number } % open
      }
Body-Trunk-Rear-IsOpen = the trunk
    .true = open
    .false = closed
Body-Lights-Beam-Low-IsOn = the low beam
Body-Lights-Beam-High-IsOn = the high beam
Body-Lights-Fog-Front-IsOn = the front fog light
Body-Lights-Fog-Rear-IsOn = the rear fog light
Cabin-Light-Spotlight-IsLightOn = { place } reading light{ s }
Cabin-Light-AmbientLight-IsLightOn = the ambient light
Cabin-Light-AmbientLight-Intensity = the ambient light's brightness
Cabin-Light-AmbientLight-Color = the ambient light's colour
Body-Raindetection-Intensity = the rain
Exterior-AirTemperature = the outside temperature
Exterior-Humidity = the humidity
Exterior-SunLoad = the sunshine

# Driving

Speed = the speed
Chassis-Axle-Wheel-Speed = the wheel speed
Chassis-Brake-PedalPosition = the brake pedal
Chassis-ParkingBrake-IsEngaged = the parking brake
Powertrain-Transmission-SelectedGear = the gear
Powertrain-TractionBattery-StateOfCharge-Current = the battery charge
LowVoltageSystemState = the ignition
CurrentLocation-Latitude = the position
CurrentLocation-Longitude = the position

# Values that many settings share

value-true = on
value-false = off
value-LO = minimum
value-HI = maximum
value-OFF = off
value-ON = on
value-AUTO = automatic
value-LOW = low
value-MEDIUM = medium
value-HIGH = high
value-WHITE = white
value-WARM_WHITE = warm white
value-RED = red
value-ORANGE = orange
value-YELLOW = yellow
value-GREEN = green
value-CYAN = cyan
value-BLUE = blue
value-PURPLE = purple
value-PINK = pink

# Units

unit-Celsius = { $number } °C
unit-celsius = { $number } °C
unit-percent = { $number } %
unit-mm = { $number } mm
unit-degrees = { $number }°
unit-km-h = { $number } km/h
unit-s = { $number } s
unit-level = level { $number }
