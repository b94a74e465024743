# Namen der Einstellungen und Sensoren. Die Kennung ist der VSS-Pfad ohne `Vehicle.` und ohne den Platz.
# { place } nennt den Platz. Alle Namen sind weiblich oder sächlich, denn „der" würde im Satz zu „den".

place = { $zone ->
    [driver] {" "}beim Fahrer
    [passenger] {" "}beim Beifahrer
    [rear_left] {" "}hinten links
    [rear_right] {" "}hinten rechts
    [front_row] {" "}vorn
    [rear_row] {" "}hinten
    [all] {" "}überall
    [several] {" "}an { $count } Plätzen
   *[none] {""}
  }
s = { $many ->
    [yes] die
   *[no] das
  }

zone-driver = beim Fahrer
zone-passenger = beim Beifahrer
zone-rear_left = hinten links
zone-rear_right = hinten rechts
zone-front_row = vorn
zone-rear_row = hinten
zone-all = überall

setting = diese Einstellung

# Klima

Cabin-HVAC-Station-Temperature = { $many ->
    [yes] die Temperaturen
   *[no] die Temperatur
  }{ place }
    .LO = Minimum
    .HI = Maximum
Cabin-HVAC-Station-FanSpeed = { $many ->
    [yes] die Gebläse
   *[no] das Gebläse
  }{ place }
    .number = { $at ->
        [low] aus
       *[other] Stufe { $steps }
      }
Cabin-HVAC-Station-AirDistribution = { $many ->
    [yes] die Luftrichtungen
   *[no] die Luftrichtung
  }{ place }
    .FACE = Gesicht
    .FLOOR = Füße
    .FACE_FLOOR = Gesicht und Füße
    .DEFROST = Frontscheibe
    .DEFROST_FLOOR = Frontscheibe und Füße
    .DEFROST_FACE = Frontscheibe und Gesicht
    .DEFROST_FACE_FLOOR = Frontscheibe, Gesicht und Füße
Cabin-HVAC-IsAirConditioningActive = die Klimaanlage
Cabin-HVAC-IsAutoActive = die Klimaautomatik
Cabin-HVAC-IsSyncActive = die Kopplung der Klimazonen
Cabin-HVAC-RecirculationMode = die Luftzufuhr
    .FRESH = Frischluft
    .RECIRCULATE = Umluft
    .AUTO = Automatik
Cabin-HVAC-IsFrontDefrosterActive = die Frontscheibenentfrostung
Cabin-HVAC-IsRearDefrosterActive = die Heckscheibenheizung
Cabin-HVAC-IsMaxDefrostActive = die maximale Entfrostung
Cabin-HVAC-AmbientAirTemperature = die Innentemperatur
Cabin-HVAC-CO2 = die Luftqualität
Cabin-HVAC-BlowerCapability = die Leistung des Gebläses
Cabin-HVAC-FogRisk = die Beschlaggefahr
Chassis-SteeringWheel-HeatingCooling = die Lenkradheizung
    .number = { $at ->
        [low] aus
       *[other] Stufe { $steps }
      }

# Sitze

Cabin-Seat-Position = { $many ->
    [yes] die Sitzpositionen
   *[no] die Sitzposition
  }{ place }
Cabin-Seat-Height = { $many ->
    [yes] die Sitzhöhen
   *[no] die Sitzhöhe
  }{ place }
Cabin-Seat-Backrest-Recline = { $many ->
    [yes] die Lehnen
   *[no] die Lehne
  }{ place }
Cabin-Seat-Backrest-LumbarSupport = { $many ->
    [yes] die Lordosenstützen
   *[no] die Lordosenstütze
  }{ place }
Cabin-Seat-Seating-Length = { $many ->
    [yes] die Sitzkissen
   *[no] das Sitzkissen
  }{ place }
Cabin-Seat-MemoryRecall = die Sitzmemory{ place }
    .SLOT1 = Position 1
    .SLOT2 = Position 2
    .SLOT3 = Position 3
Cabin-Seat-HeatingLevel = { $many ->
    [yes] die Sitzheizungen
   *[no] die Sitzheizung
  }{ place }
    .number = { $at ->
        [low] aus
       *[other] Stufe { $steps }
      }
Cabin-Seat-VentilationLevel = { $many ->
    [yes] die Sitzlüftungen
   *[no] die Sitzlüftung
  }{ place }
    .number = { $at ->
        [low] aus
       *[other] Stufe { $steps }
      }
Cabin-Seat-Massage-Level = { $many ->
    [yes] die Massagen
   *[no] die Massage
  }{ place }
    .number = { $at ->
        [low] aus
       *[other] Stufe { $steps }
      }
Cabin-Seat-OccupancyStatus = die Sitzbelegung{ place }
Cabin-Seat-IsOccupied = die Sitzbelegung{ place }
Cabin-Seat-IsBelted = { s } Gurtschloss{ place }
Cabin-Seat-HasChildRestraint = die Kindersitzerkennung
Occupant-IsPresent = die Anwesenheit des Fahrers

# Fahrerassistenz

ADAS-CruiseControl-AdaptiveTimeGap = die Zeitlücke zum Vordermann
    .GAP_1_0 = 1,0 Sekunden
    .GAP_1_4 = 1,4 Sekunden
    .GAP_1_8 = 1,8 Sekunden
    .GAP_2_2 = 2,2 Sekunden
ADAS-CruiseControl-SpeedSet = die Setzgeschwindigkeit
ADAS-LaneKeepAssist-IsEnabled = die Spurhalteassistenz
ADAS-LaneKeepAssist-Mode = die Art der Spurhalteassistenz
    .WARNING = nur warnen
    .ASSIST = Lenkhilfe
    .BOTH = warnen und Lenkhilfe
ADAS-LaneKeepAssist-Sensitivity = die Empfindlichkeit der Spurhalteassistenz
ADAS-LaneDepartureDetection-IsEnabled = die Spurverlassenswarnung
ADAS-LaneDepartureWarning-IsEnabled = die Spurverlassenswarnung
ADAS-LaneDepartureWarning-Sensitivity = die Empfindlichkeit der Spurverlassenswarnung
ADAS-ForwardCollisionWarning-Sensitivity = die Empfindlichkeit der Kollisionswarnung
ADAS-AutomaticEmergencyBraking-IsEnabled = die automatische Notbremsung
ADAS-BlindSpotWarning-IsEnabled = die Totwinkelwarnung
ADAS-SpeedLimitAssist-Mode = die Tempolimit-Assistenz
    .INFORM = Limit anzeigen
    .WARN = warnen
    .LIMIT = Limit einhalten
ADAS-SpeedLimitAssist-Offset = die Abweichung vom Tempolimit
ADAS-SpeedLimit = das Tempolimit
Powertrain-DriveMode = die Fahrweise
    .ECO = Eco
    .COMFORT = Komfort
    .NORMAL = Normal
    .SPORT = Sport
    .SNOW = Schnee

# Karosserie

Cabin-Door-Window-Position = { s } Fenster{ place }
    .number = { $at ->
        [low] geschlossen
        [high] ganz offen
       *[between] { $number } % offen
      }
Cabin-Door-IsOpen = { $many ->
    [yes] die Türen
   *[no] die Tür
  }{ place }
    .true = offen
    .false = geschlossen
Cabin-Sunroof-Position = das Schiebedach
    .number = { $at ->
        [low] geschlossen
        [high] ganz offen
       *[between] { $number } % offen
      }
Cabin-Sunroof-Shade-Position = das Sonnenrollo
    .number = { $at ->
        [low] geschlossen
        [high] ganz offen
       *[between] { $number } % offen
      }
Body-Trunk-Rear-Position = die Heckklappe
    .number = { $at ->
        [low] geschlossen
        [high] ganz offen
       *[between] { $number } % offen
      }
Body-Trunk-Rear-IsOpen = die Heckklappe
    .true = offen
    .false = geschlossen
Body-Lights-Beam-Low-IsOn = das Abblendlicht
Body-Lights-Beam-High-IsOn = das Fernlicht
Body-Lights-Fog-Front-IsOn = die Nebelscheinwerfer
Body-Lights-Fog-Rear-IsOn = die Nebelschlussleuchte
Cabin-Light-Spotlight-IsLightOn = { $many ->
    [yes] die Leselampen
   *[no] die Leselampe
  }{ place }
Cabin-Light-AmbientLight-IsLightOn = die Ambientebeleuchtung
Cabin-Light-AmbientLight-Intensity = die Helligkeit der Ambientebeleuchtung
Cabin-Light-AmbientLight-Color = die Farbe der Ambientebeleuchtung
Body-Raindetection-Intensity = die Regenstärke
Exterior-AirTemperature = die Außentemperatur
Exterior-Humidity = die Luftfeuchte
Exterior-SunLoad = die Sonneneinstrahlung

# Fahren

Speed = die Geschwindigkeit
Chassis-Axle-Wheel-Speed = die Raddrehzahl
Chassis-Brake-PedalPosition = das Bremspedal
Chassis-ParkingBrake-IsEngaged = die Parkbremse
Powertrain-Transmission-SelectedGear = die Fahrstufe
Powertrain-TractionBattery-StateOfCharge-Current = die Batterieladung
LowVoltageSystemState = die Zündung
CurrentLocation-Latitude = die Position
CurrentLocation-Longitude = die Position

# Werte, die viele Einstellungen teilen

value-true = an
value-false = aus
value-LO = Minimum
value-HI = Maximum
value-OFF = aus
value-ON = an
value-AUTO = Automatik
value-LOW = niedrig
value-MEDIUM = mittel
value-HIGH = hoch
value-WHITE = Weiß
value-WARM_WHITE = Warmweiß
value-RED = Rot
value-ORANGE = Orange
value-YELLOW = Gelb
value-GREEN = Grün
value-CYAN = Türkis
value-BLUE = Blau
value-PURPLE = Violett
value-PINK = Rosa

# Einheiten

unit-Celsius = { $number } °C
unit-celsius = { $number } °C
unit-percent = { $number } %
unit-mm = { $number } mm
unit-degrees = { $number }°
unit-km-h = { $number } km/h
unit-s = { $number } s
unit-level = Stufe { $number }
