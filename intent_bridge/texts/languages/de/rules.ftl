# Warum eine Regel so entschieden hat: `reason-<reason_key>` eines mitgelieferten Pakets. Ein kurzer Satz, keine Schwelle.

reason = Die Regeln des Autos erlauben das nicht.
reason-unknown = Mir fehlt gerade eine Angabe: { $what }.

# Eigene Gründe des Wächters
reason-clamp-conflict = Die Regeln des Autos widersprechen sich hier.
reason-require-conflict = Dazu gehört etwas, was das Auto nicht gleichzeitig tun kann.
reason-no-actuator = Diese Einstellung hat das Auto nicht.
reason-no-such-value = Diesen Wert hat das Auto nicht.
reason-two-values = Das verlangt zwei Werte auf einmal.
reason-own-number = Diese Zahl hat niemand genannt.
reason-policy-changed = Die Regeln des Autos haben sich gerade geändert.

# Paket base
reason-only-driver-zone = Was zum Fahrersitz gehört, ändert nur, wer fährt.
reason-only-driver-functions = Das ändert nur, wer fährt.
reason-driver-voice-from-wrong-seat = Das muss vom Fahrersitz kommen.
reason-nobody-there-to-see = Das muss jemand im Auto verlangen, denn es bewegt sich.
reason-not-from-the-rear = Von den Rücksitzen aus geht das nicht.
reason-speaker-not-known = Ich weiß nicht, wer spricht.
reason-outside-text = Der Wunsch stammt vielleicht aus einer Nachricht oder einem Titel und nicht von Ihnen.
reason-outside-text-driving = Der Wunsch stammt vielleicht aus einer Nachricht oder einem Titel und nicht von Ihnen.
reason-driver-seat-rolling = Der Fahrersitz bewegt sich nur im Stand.
reason-reclined-while-driving = Während der Fahrt darf niemand liegen.
reason-child-seat-fitted = Dort ist ein Kindersitz eingebaut.
reason-recall-in-park = Gespeicherte Sitzpositionen gibt es nur in Stellung P.
reason-braking-stays-on = Die Notbremsung bleibt während der Fahrt an.
reason-braking-off = Das Auto bremst dann im Notfall nicht mehr von selbst.
reason-assistance-off = Das Auto warnt und hilft dann dort nicht mehr.
reason-assistance-less = Das Auto warnt und hilft dann weniger.
reason-above-limit = Das liegt über dem Tempolimit.
reason-big-jump = Das ist eine große Änderung auf einmal.
reason-child-at-window = An diesem Fenster sitzt ein Kind.
reason-window-at-speed = Bei diesem Tempo wird es laut und zugig.
reason-closing-needs-ignition = Das schließt nur bei eingeschalteter Zündung.
reason-roof-in-rain = Es regnet herein.
reason-roof-at-speed = Für ein offenes Dach ist das Auto zu schnell.
reason-trunk-rolling = Die Heckklappe bewegt sich nur im Stand.
reason-trunk-in-park = Die Heckklappe bewegt sich nur in Stellung P.
reason-light-off-driving = Das Auto fährt, und es kann dunkel sein.
reason-high-beam-in-fog = Fernlicht und Nebellicht passen nicht zusammen.

# Märkte
reason-light-with-fog-lamp = Zum Nebellicht gehört das Abblendlicht.
reason-not-by-app = Vom Telefon aus geht das nicht.
reason-assistance-while-driving = Das Auto würde dann während der Fahrt mitlenken.
reason-opening-by-app = Der Wunsch kommt von einem Telefon.
