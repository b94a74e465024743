# 规则的理由：随软件提供的规则包中的 reason_key。一个短句，不说出界限值。 Texts of the shipped rules.

reason = 车辆的规则不允许。
reason-unknown = 现在不知道{ $what }。

# The guard's own reasons
reason-clamp-conflict = 车辆的规则在这里互相矛盾。
reason-no-actuator = 这辆车没有这项设置。
reason-no-such-value = 这项设置没有这个值。
reason-two-values = 同一项设置要求了两个不同的值。
reason-policy-changed = 车辆的规则刚刚更新。
