# 规则的理由：随软件提供的规则包中的 reason_key。一个短句，不说出界限值。 Texts of the shipped rules.

reason = 车辆的规则不允许。
reason-unknown = 现在不知道{ $what }。

# The guard's own reasons
reason-clamp-conflict = 车辆的规则在这里互相矛盾。
reason-require-conflict = 这需要同时做另一件事，而车辆现在做不到。
reason-no-actuator = 这辆车没有这项设置。
reason-no-such-value = 这项设置没有这个值。
reason-two-values = 同一项设置要求了两个不同的值。
reason-own-number = 这个数字没有人说过。
reason-policy-changed = 车辆的规则刚刚更新。

# Pack base
reason-only-driver-zone = 只有驾驶员可以调整驾驶位的设置。
reason-only-driver-functions = 只有驾驶员可以更改。
reason-driver-voice-from-wrong-seat = 这项请求需要从驾驶位提出。
reason-nobody-there-to-see = 有部件会移动，需要车内的人提出请求。
reason-not-from-the-rear = 后排不能更改这项设置。
reason-speaker-not-known = 不知道是谁在说话。
reason-outside-text = 这项请求可能来自消息或标题，而不是您本人。
reason-outside-text-driving = 这项请求可能来自消息或标题，而不是您本人。
reason-driver-seat-rolling = 只有停车时才能移动驾驶座椅。
reason-reclined-while-driving = 行驶中不能躺下。
reason-child-seat-fitted = 那里装有儿童座椅。
reason-recall-in-park = 只有在驻车挡才能调用座椅记忆。
reason-braking-stays-on = 行驶中自动紧急制动保持打开。
reason-braking-off = 之后遇到紧急情况车辆不会自动制动。
reason-assistance-off = 之后车辆不再提醒或辅助。
reason-assistance-less = 之后车辆的提醒或辅助会减少。
reason-above-limit = 这超过了道路限速。
reason-big-jump = 这一次改动很大。
reason-child-at-window = 那扇车窗旁坐着儿童。
reason-window-at-speed = 现在的车速下会很吵，风也很大。
reason-closing-needs-ignition = 需要先接通电源才能关闭。
reason-roof-in-rain = 外面在下雨。
reason-roof-at-speed = 车速太快，不能打开天窗。
reason-trunk-rolling = 只有停车时才能开关后备箱。
reason-trunk-in-park = 只有在驻车挡才能开关后备箱。
reason-light-off-driving = 车辆正在行驶，外面可能很暗。
reason-high-beam-in-fog = 开雾灯时不能开远光灯。

# Markets
reason-light-with-fog-lamp = 开雾灯时必须同时开近光灯。
reason-not-by-app = 这项操作不能通过手机进行。
reason-assistance-while-driving = 行驶中开启后，车辆会参与转向。
reason-opening-by-app = 该请求来自手机。
