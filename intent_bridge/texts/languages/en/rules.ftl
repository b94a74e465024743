# Why a rule decided: `reason-<reason_key>` of a shipped pack. One short sentence, no threshold.

reason = The car's rules do not allow it.
reason-unknown = I do not know { $what } right now.

# The guard's own reasons
reason-clamp-conflict = The car's rules contradict each other here.
reason-no-actuator = This car has no such setting.
reason-no-such-value = This car has no such value.
reason-two-values = That asks for two values at once.
reason-policy-changed = The car's rules have just changed.
