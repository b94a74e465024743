# Why a rule decided: `reason-<reason_key>` of a shipped pack. One short sentence, no threshold.

reason = The car's rules do not allow it.
reason-unknown = I do not know { $what } right now.

# The guard's own reasons
reason-clamp-conflict = The car's rules contradict each other here.
reason-require-conflict = That needs something else that the car cannot do at the same time.
reason-no-actuator = This car has no such setting.
reason-no-such-value = This car has no such value.
reason-two-values = That asks for two values at once.
reason-own-number = Nobody said that number.
reason-policy-changed = The car's rules have just changed.

# Pack base
reason-only-driver-zone = Only the driver may change what belongs to the driver's seat.
reason-only-driver-functions = Only the driver may change that.
reason-driver-voice-from-wrong-seat = That has to come from the driver's seat.
reason-nobody-there-to-see = Somebody in the car has to ask for that, because it moves.
reason-not-from-the-rear = That cannot be changed from the rear seats.
reason-speaker-not-known = I do not know who is speaking.
reason-outside-text = The request may come from a message or a title and not from you.
reason-outside-text-driving = The request may come from a message or a title and not from you.
reason-driver-seat-rolling = The driver's seat only moves while the car stands.
reason-reclined-while-driving = Nobody may lie back while the car drives.
reason-child-seat-fitted = A child seat is fitted there.
reason-recall-in-park = Stored seat positions are recalled in Park only.
reason-braking-stays-on = Emergency braking stays on while the car drives.
reason-braking-off = The car will then no longer brake by itself in an emergency.
reason-assistance-off = The car will then no longer warn or help you there.
reason-assistance-less = The car will then warn or help you less.
reason-above-limit = That is above the speed limit.
reason-big-jump = That is a big change at once.
reason-child-at-window = A child sits at that window.
reason-window-at-speed = It will be loud and draughty at this speed.
reason-closing-needs-ignition = The ignition has to be on before that closes.
reason-roof-in-rain = It is raining in.
reason-roof-at-speed = The car is too fast for an open roof.
reason-trunk-rolling = The trunk only moves while the car stands.
reason-trunk-in-park = The trunk only moves in Park.
reason-light-off-driving = The car is driving, and it may be dark.
reason-high-beam-in-fog = High beam and fog lights do not go together.

# Markets
reason-light-with-fog-lamp = The low beam belongs to the fog lamps.
reason-not-by-app = That is not done from a phone.
reason-assistance-while-driving = The car would then steer along while you drive.
reason-opening-by-app = The request comes from a phone.
