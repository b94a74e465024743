# Warum das Auto auf ein Gefühl hin so gehandelt hat (`because` in comfort.yaml) und was zu erwarten ist. Je ein kurzer Satz.

because-cold-open = Draußen ist es kälter, und etwas steht offen.
because-cold-battery = Die Batterie ist schwach, Sitze sparen.
because-cold-fog = Warme, trockene Luft hält auch die Scheiben frei.
because-cold-parked = Sitz und Lenkrad wärmen zuerst, der Innenraum folgt.
because-cold-warming = Der Innenraum heizt noch auf.
because-cold-fast = Fenster bleiben zu, Wärme kommt von unten.
because-cold-slow = Das ist wärmer als eingestellt war.
because-cold-seat = Der Sitz wärmt unmittelbar.
because-cold-seat-air = Der Sitz blies Luft.
because-cold-blown = Es blies kalte Luft auf Sie.
because-cold-more = Einen Schritt wärmer.
because-hot-oven = Zuerst muss die Hitze hinaus.
because-hot-battery = Die Batterie ist schwach, Sitze sparen.
because-hot-sun = Die Sonne heizt durch das Dach.
because-hot-off = Die Kühlung war aus.
because-hot-outside = Draußen ist es heißer, drinnen wird gekühlt.
because-hot-cooling = Der Innenraum kühlt noch ab.
because-hot-cooler = Das ist kühler als eingestellt war.
because-hot-seat-heat = Der Sitz war geheizt.
because-hot-blown = Es blies warme Luft auf Sie.
because-hot-winter = Draußen ist es kühler, also reicht weniger Heizung.
because-hot-more = Einen Schritt kühler.
because-stuffy-recirculating = Die Luft lief nur im Kreis.
because-stuffy-window = Draußen ist es mild, und das Auto ist langsam.
because-stuffy-fan = Es kommt mehr Außenluft herein.
because-foggy-clear = Trockene Außenluft macht die Frontscheibe frei.
because-foggy-outside = Die Scheibe ist kälter als draußen; auch wischen.
because-foggy-more = Mehr warme, trockene Luft macht sie schneller frei.
because-foggy-most = Mehr kann das Auto für die Frontscheibe nicht tun.
because-foggy-dry = Trockene Außenluft macht die Scheiben frei.
because-drafty-open = Etwas steht offen.
because-drafty-face = Die Luft blies auf Sie.
because-drafty-fan = Es bewegt sich weniger Luft.
because-drafty-seat = Der Sitz blies Luft.
because-sunny-shade = Das Rollo hält die Sonne ab.
because-sunny-side = Kühlere Luft gleicht die Sonne aus.
because-tired-air = Bitte bald Pause machen.
because-tired-cool = Bitte bald Pause machen.
because-tired-parked = Frische Luft kommt herein. Ruhen Sie hier aus.
because-noisy-open = Etwas steht offen.
because-noisy-fan = Was Sie hören, ist das Gebläse.
because-smelly-inside = Die Luft lief nur im Kreis.
because-smelly-outside = Es kommt vielleicht von draußen.
because-smelly-air = Frische Luft trägt es fort.

expect-cabin-warmer = Etwa { $celsius } °C wärmer in { $minutes } Minuten.
expect-cabin-cooler = Etwa { $celsius } °C kühler in { $minutes } Minuten.
expect-cabin-than-warmer = Etwa { $celsius } °C wärmer als sonst in { $minutes } Minuten.
expect-cabin-than-cooler = Etwa { $celsius } °C kühler als sonst in { $minutes } Minuten.
expect-blown-warmer = Es kommt sofort wärmere Luft.
expect-blown-cooler = Es kommt sofort kühlere Luft.
expect-seat-warm = Das spüren Sie in etwa { $minutes } Minuten.
expect-seat-cool = Das spüren Sie in etwa { $minutes } Minuten.
expect-air = Die Luft ist in etwa { $minutes ->
    [1] einer Minute
   *[other] { $minutes } Minuten
  } frisch.
expect-windscreen = In etwa { $minutes } Minuten ist sie frei.
expect-draught = Das spüren Sie sofort.
expect-sun = Das spüren Sie sofort.
expect-quiet = Das hören Sie sofort.
expect-shut = Es kommt weniger davon herein.
expect-later = Es dauert, bis man etwas merkt.
