# 设置和传感器的名称。说明见英文文件。 Names of settings and sensors; see the English file.

place = { $zone ->
    [driver] 主驾
    [passenger] 副驾
    [rear_left] 左后
    [rear_right] 右后
    [front_row] 前排
    [rear_row] 后排
    [all] 全车
    [several] { $count }处
   *[none] {""}
  }
s = {""}

zone-driver = 主驾
zone-passenger = 副驾
zone-rear_left = 左后
zone-rear_right = 右后
zone-front_row = 前排
zone-rear_row = 后排
zone-all = 全车

setting = 这项设置

# 空调

Cabin-HVAC-Station-Temperature = { place }温度
    .LO = 最低温
    .HI = 最高温
Cabin-HVAC-Station-FanSpeed = { place }风量
    .number = { $at ->
        [low] 关闭
       *[other] { $steps }挡
      }
Cabin-HVAC-Station-AirDistribution = { place }出风方向
    .FACE = 吹脸
    .FLOOR = 吹脚
    .FACE_FLOOR = 吹脸和吹脚
    .DEFROST = 吹前挡风玻璃
    .DEFROST_FLOOR = 吹前挡风玻璃和吹脚
    .DEFROST_FACE = 吹前挡风玻璃和吹脸
    .DEFROST_FACE_FLOOR = 吹前挡风玻璃、吹脸和吹脚
Cabin-HVAC-IsAirConditioningActive = 空调制冷
Cabin-HVAC-IsAutoActive = 自动空调
Cabin-HVAC-IsSyncActive = 温区同步
Cabin-HVAC-RecirculationMode = 空气循环
    .FRESH = 外循环
    .RECIRCULATE = 内循环
    .AUTO = 自动循环
Cabin-HVAC-IsFrontDefrosterActive = 前挡风玻璃除雾
Cabin-HVAC-IsRearDefrosterActive = 后窗除雾
Cabin-HVAC-IsMaxDefrostActive = 最强除雾
Cabin-HVAC-AmbientAirTemperature = 车内温度
Cabin-HVAC-CO2 = 车内空气质量
Cabin-HVAC-BlowerCapability = 风机能力
Cabin-HVAC-FogRisk = 车窗起雾风险
Chassis-SteeringWheel-HeatingCooling = 方向盘加热
    .number = { $at ->
        [low] 关闭
       *[other] { $steps }挡
      }

# 座椅

Cabin-Seat-Position = { place }座椅前后位置
Cabin-Seat-Height = { place }座椅高度
Cabin-Seat-Backrest-Recline = { place }靠背角度
Cabin-Seat-Backrest-LumbarSupport = { place }腰托
Cabin-Seat-Seating-Length = { place }座垫长度
Cabin-Seat-MemoryRecall = { place }座椅记忆
    .SLOT1 = 1号位置
    .SLOT2 = 2号位置
    .SLOT3 = 3号位置
Cabin-Seat-HeatingLevel = { place }座椅加热
    .number = { $at ->
        [low] 关闭
       *[other] { $steps }挡
      }
Cabin-Seat-VentilationLevel = { place }座椅通风
    .number = { $at ->
        [low] 关闭
       *[other] { $steps }挡
      }
Cabin-Seat-Massage-Level = { place }座椅按摩
    .number = { $at ->
        [low] 关闭
       *[other] { $steps }挡
      }
Cabin-Seat-OccupancyStatus = { place }座椅是否有人
Cabin-Seat-IsOccupied = { place }座椅是否有人
Cabin-Seat-IsBelted = { place }安全带
Cabin-Seat-HasChildRestraint = 是否装有儿童座椅
Occupant-IsPresent = 驾驶员是否在座

# 驾驶辅助

ADAS-CruiseControl-AdaptiveTimeGap = 跟车距离
    .GAP_1_0 = 1.0秒
    .GAP_1_4 = 1.4秒
    .GAP_1_8 = 1.8秒
    .GAP_2_2 = 2.2秒
ADAS-CruiseControl-SpeedSet = 巡航车速
ADAS-LaneKeepAssist-IsEnabled = 车道保持辅助
ADAS-LaneKeepAssist-Mode = 车道保持模式
    .WARNING = 仅预警
    .ASSIST = 仅转向辅助
    .BOTH = 预警加转向辅助
ADAS-LaneKeepAssist-Sensitivity = 车道保持灵敏度
ADAS-LaneDepartureDetection-IsEnabled = 车道偏离预警
ADAS-LaneDepartureWarning-IsEnabled = 车道偏离预警
ADAS-LaneDepartureWarning-Sensitivity = 车道偏离预警灵敏度
ADAS-ForwardCollisionWarning-Sensitivity = 前碰撞预警灵敏度
ADAS-AutomaticEmergencyBraking-IsEnabled = 自动紧急制动
ADAS-BlindSpotWarning-IsEnabled = 盲区预警
ADAS-SpeedLimitAssist-Mode = 限速辅助
    .INFORM = 显示限速
    .WARN = 超速提醒
    .LIMIT = 按限速行驶
ADAS-SpeedLimitAssist-Offset = 限速偏移
ADAS-SpeedLimit = 道路限速
Powertrain-DriveMode = 驾驶模式
    .ECO = 节能
    .COMFORT = 舒适
    .NORMAL = 标准
    .SPORT = 运动
    .SNOW = 雪地

# 车身

Cabin-Door-Window-Position = { place }车窗
    .number = { $at ->
        [low] 全关
        [high] 全开
       *[between] 打开{ $number }%
      }
Cabin-Door-IsOpen = { place }车门
    .true = 打开
    .false = 关闭
Cabin-Sunroof-Position = 天窗
    .number = { $at ->
        [low] 全关
        [high] 全开
       *[between] 打开{ $number }%
      }
Cabin-Sunroof-Shade-Position = 遮阳帘
    .number = { $at ->
        [low] 全关
        [high] 全开
       *[between] 打开{ $number }%
      }
Body-Trunk-Rear-Position = 后备箱
    .number = { $at ->
        [low] 全关
        [high] 全开
       *[between] 打开{ $number }%
      }
Body-Trunk-Rear-IsOpen = 后备箱
    .true = 打开
    .false = 关闭
Body-Lights-Beam-Low-IsOn = 近光灯
Body-Lights-Beam-High-IsOn = 远光灯
Body-Lights-Fog-Front-IsOn = 前雾灯
Body-Lights-Fog-Rear-IsOn = 后雾灯
Cabin-Light-Spotlight-IsLightOn = { place }阅读灯
Cabin-Light-AmbientLight-IsLightOn = 氛围灯
Cabin-Light-AmbientLight-Intensity = 氛围灯亮度
Cabin-Light-AmbientLight-Color = 氛围灯颜色
Body-Raindetection-Intensity = 雨量
Exterior-AirTemperature = 车外温度
Exterior-Humidity = 湿度
Exterior-SunLoad = 日照

# 行驶

Speed = 车速
Chassis-Axle-Wheel-Speed = 轮速
Chassis-Brake-PedalPosition = 制动踏板
Chassis-ParkingBrake-IsEngaged = 驻车制动
Powertrain-Transmission-SelectedGear = 挡位
Powertrain-TractionBattery-StateOfCharge-Current = 电量
LowVoltageSystemState = 电源状态
CurrentLocation-Latitude = 位置
CurrentLocation-Longitude = 位置

# 通用的值

value-true = 打开
value-false = 关闭
value-LO = 最低
value-HI = 最高
value-OFF = 关闭
value-ON = 打开
value-AUTO = 自动
value-LOW = 低
value-MEDIUM = 中
value-HIGH = 高
value-WHITE = 白色
value-WARM_WHITE = 暖白色
value-RED = 红色
value-ORANGE = 橙色
value-YELLOW = 黄色
value-GREEN = 绿色
value-CYAN = 青色
value-BLUE = 蓝色
value-PURPLE = 紫色
value-PINK = 粉色

# 单位

unit-Celsius = { $number }度
unit-celsius = { $number }度
unit-percent = { $number }%
unit-mm = { $number }毫米
unit-degrees = { $number }度
unit-km-h = { $number }公里每小时
unit-s = { $number }秒
unit-level = { $number }挡
