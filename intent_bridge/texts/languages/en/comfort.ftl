# Why the car did what it did about a feeling (`because` of comfort.yaml), and what to expect. One short sentence each.

because-cold-open = It is colder outside, and something is open.
because-cold-battery = The battery is low; seats need little.
because-cold-fog = Warm, dry air keeps the glass clear too.
because-cold-parked = Seat and wheel warm you first, the cabin follows.
because-cold-warming = The cabin is still heating up.
because-cold-fast = Windows stay shut; the heat comes from below.
because-cold-slow = That is warmer than it was set.
because-cold-seat-air = The seat was blowing air.
because-cold-blown = Cold air was blowing at you.
because-cold-seat = The seat warms you directly.
because-cold-more = A step warmer.
because-hot-oven = The heat inside goes out first.
because-hot-seat-heat = The seat was heated.
because-hot-blown = Warm air was blowing at you.
because-hot-winter = It is cooler outside, so less heating is enough.
because-hot-battery = The battery is low; seats need little.
because-hot-sun = The sun heats the cabin through the roof.
because-hot-off = The cooling was off.
because-hot-outside = It is hotter outside; cabin air is cooled.
because-hot-cooling = The cabin is still cooling down.
because-hot-cooler = That is cooler than it was set.
because-hot-more = A step cooler.
because-stuffy-recirculating = The air was only going round.
because-stuffy-window = It is mild outside and the car is slow.
because-stuffy-fan = More outside air comes in.
because-foggy-clear = Dry air on the windscreen clears it.
because-foggy-outside = The glass is colder than outside; wipe it too.
because-foggy-more = More warm and dry air clears it faster.
because-foggy-most = That is all the car can do for the windscreen.
because-foggy-dry = Dry outside air clears the windows.
because-drafty-open = Something is open.
because-drafty-face = The air was blowing at you.
because-drafty-fan = Less air moves.
because-drafty-seat = The seat was blowing air.
because-sunny-shade = The shade keeps the sun out.
because-sunny-side = Cooler air makes up for the sun.
because-tired-air = Fresh air helps a while. Take a break soon.
because-tired-cool = Cool air helps a while. Take a break soon.
because-tired-parked = Fresh air comes in. Rest here a while.
because-noisy-open = Something is open.
because-noisy-fan = The fan is what you hear.
because-smelly-inside = The air was only going round.
because-smelly-outside = It may come from outside.
because-smelly-air = Fresh air carries it away.

expect-cabin-warmer = About { $celsius } °C warmer in { $minutes } minutes.
expect-cabin-cooler = About { $celsius } °C cooler in { $minutes } minutes.
expect-cabin-than-warmer = About { $celsius } °C warmer than otherwise in { $minutes } minutes.
expect-cabin-than-cooler = About { $celsius } °C cooler than otherwise in { $minutes } minutes.
expect-blown-warmer = Warmer air comes at once.
expect-blown-cooler = Cooler air comes at once.
expect-seat-warm = You feel it in about { $minutes } minutes.
expect-seat-cool = You feel it in about { $minutes } minutes.
expect-air = The air is fresh in about { $minutes ->
    [1] a minute
   *[other] { $minutes } minutes
  }.
expect-windscreen = It is clear in about { $minutes } minutes.
expect-draught = You feel it at once.
expect-sun = You feel it at once.
expect-quiet = You hear it at once.
expect-shut = Less of it comes in.
expect-later = It takes a while to tell.
