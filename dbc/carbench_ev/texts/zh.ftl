# 本车特有的设置，以及 oem.yaml 中规则的理由。 This vehicle's own settings and the texts of its rules.

Exterior-Weather = 天气
VehicleIdentification-VehicleExteriorColor = 车身颜色
Powertrain-TractionBattery-GrossCapacity = 电池容量

reason-bench-needs-yes = 这需要您确认。
reason-bench-shade-first = 遮阳帘要随天窗一起打开。
reason-bench-weather = 现在的天气不合适。
reason-bench-cooling-outside = 空调开着时开窗会浪费电。
reason-bench-windows-closed = 开空调要关上车窗。
reason-bench-fan-for-cooling = 空调需要风扇。
reason-bench-air-for-defrost = 前挡除雾需要风量和空调。
reason-bench-beams-for-fog = 雾灯要和近光灯一起用，不能开远光灯。
reason-bench-sides-apart = 两侧温度相差超过三度。
