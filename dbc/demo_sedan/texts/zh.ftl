# 本车特有的设置，以及 oem.yaml 中规则的理由。 This vehicle's own settings and the texts of its rules.

Cabin-Fragrance-Intensity = 香氛
    .number = { $at ->
        [low] 关闭
       *[other] { $steps }挡
      }
Body-IsPinchProtectionWorking = 防夹功能
CurrentLocation-IsAtHome = 是否在家

reason-blower-limit = 风机现在只能到这个风量。
reason-fan-while-defrosting = 除雾时前挡风玻璃需要足够的风量。
reason-fan-against-fog = 前挡风玻璃需要一些风，否则会起雾。
reason-windscreen-may-fog = 前挡风玻璃会起雾。
reason-air-is-used-up = 车内空气浑浊，需要换新鲜空气。
reason-mild-heat-for-child = 那里坐着儿童，加热保持在低挡。
reason-too-close-to-airbag = 行驶中离安全气囊太近。
reason-no-pinch-protection = 防夹功能不工作。

# What scenes need first (profile.yaml)

reason-scene-parked = 这只适用于停好的车。
reason-scene-battery = 电量不足以这样做。
reason-scene-door-open = 有车门没关。
