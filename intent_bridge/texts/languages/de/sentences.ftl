# Sätze über ein Ergebnis. `STATUS` ist der allgemeine, `STATUS-CODE` gilt, wo das Ergebnis diesen Code hat,
# `STATUS-plain`, wo nichts zu nennen ist. Kurz: Vielleicht fährt jemand.
# $clauses: Einstellungen mit Werten   $settings: nur Einstellungen   $reason: Texte der entscheidenden Regeln

done = { $clauses }. { $reason }
done-plain = Erledigt.
no_effect = { $clauses }. { $reason }
no_effect-plain = Es gibt nichts zu ändern.
no_effect-nothing_moves = Es bewegt sich nichts.
no_effect-at_limit = Das ist schon am Anschlag.
no_effect-nothing_helps = In diesem Auto gibt es nichts mehr, was helfen würde.
no_effect-take_a_break = Die Luft ist schon kühl und frisch. Bitte machen Sie bald Pause.
sent = Unterwegs: { $clauses }. { $reason }
sent-plain = Unterwegs.
stopped = Angehalten: { $settings }. { $reason }
stopped-plain = Ich habe angehalten. { $reason }
stopped-asked = Ich habe angehalten.
stopped-superseded = Ein neuerer Wunsch geht vor.
deferred = Das tue ich, sobald es erlaubt ist. { $reason }
needs_confirmation = Soll ich { $clauses }? { $reason }
needs_confirmation-plain = Soll ich das tun? { $reason }
needs_choice = Was davon: { $choices }?
needs_choice-unsure = Meinen Sie das: { $choices }?
needs_choice-plain = Was genau meinen Sie?
no_action = Ich habe nichts geändert.
no_action-report = Das meldet das Auto.
no_action-declined = Gut, ich habe nichts geändert.
no_action-nothing_to_undo = Es gibt nichts zurückzunehmen.
no_action-can_undo = Ich kann zurückstellen: { $clauses }.
no_action-dry_run = Das war nur ein Versuch: Ich habe nichts gesendet.
no_action-not_understood = Das habe ich nicht verstanden.
no_action-incomplete = Worum geht es? Bitte sagen Sie es ganz.
no_action-ambiguous = Das kann zweierlei heißen. Bitte sagen Sie es anders.
no_action-out_of_range = Diesen Wert hat das Auto nicht.
no_action-other_domain = Ich kümmere mich nur um das Auto selbst.
no_action-question = Das war eine Frage, also habe ich nichts geändert.
no_action-negated = Gut, das bleibt, wie es ist.
no_action-quoted = Das war ein Zitat, also habe ich nichts geändert.
no_action-reported = Das war der Wunsch von jemand anderem, also habe ich nichts geändert.
no_action-hypothetical = Das gilt nicht jetzt, also habe ich nichts geändert.
denied = Das geht jetzt nicht. { $reason }
denied-changed_since = Das kann ich nicht zurücknehmen: Jemand hat es seither geändert.
denied-before_unknown = Das kann ich nicht zurücknehmen: Ich weiß nicht, wie es vorher war.
denied-stopped_halfway = Das kann ich nicht zurücknehmen: Es wurde unterwegs angehalten.
denied-recalled = Das kann ich nicht zurücknehmen: Ich weiß nicht, wo der Sitz vorher stand.
denied-state_unknown = Das geht jetzt nicht: Ich weiß zu wenig über den Zustand des Autos.
denied-too_many_deferred = Es warten zu viele Wünsche. Bitte fragen Sie später noch einmal.
denied-too_many_running = Es laufen zu viele Vorgänge gleichzeitig. Bitte fragen Sie gleich noch einmal.
denied-busy = Zu viele Wünsche auf einmal. Bitte fragen Sie gleich noch einmal.
denied-locked_out = Das wurde zu oft abgelehnt. Bitte warten Sie etwas.
denied-too_many_calls = Das war zu viel auf einmal. Bitte warten Sie etwas.
denied-not_in_scope = Die App, die das verlangt, darf das nicht.
denied-too_often = Das wurde zu oft geändert. Bitte warten Sie etwas.
denied-own_number = Diese Zahl hat niemand genannt. Wie viel soll es sein?
denied-confirmation_void = Die Lage hat sich geändert, Ihr Ja gilt nicht mehr. Bitte fragen Sie noch einmal.
denied-confirmation_unknown = Darauf warte ich nicht.
denied-confirmation_expired = Die Antwort kam zu spät. Bitte fragen Sie noch einmal.
denied-confirmation_wrong_zone = Das kann nur beantworten, wer gefragt hat.
not_equipped = Das kann dieses Auto nicht.
invalid = Diesen Wunsch habe ich nicht verstanden.
refused_by_ecu = Das Auto hat abgelehnt: { $settings }.
refused_by_ecu-plain = Das Auto hat abgelehnt.
refused_by_ecu-rolled_back = Das Auto hat einen Teil abgelehnt, also habe ich den Rest zurückgestellt.
refused_by_ecu-rollback_failed = Das Auto hat einen Teil abgelehnt, und nicht alles ließ sich zurückstellen.
refused_by_ecu-rollback_refused = Das Auto hat einen Teil abgelehnt, und nicht alles darf jetzt zurückgestellt werden.
not_delivered = Diesen Teil des Autos erreiche ich nicht: { $settings }.
not_delivered-plain = Diesen Teil des Autos erreiche ich nicht.
not_delivered-listen_only = Ich höre nur zu: Ich habe nichts gesendet.
not_delivered-silent = Ich darf dem Auto jetzt nichts senden.
timeout = Das Auto hat nicht bestätigt: { $settings }.
timeout-plain = Das Auto hat das nicht bestätigt.
timeout-rolled_back = Das Auto hat einen Teil nicht bestätigt, also habe ich den Rest zurückgestellt.
timeout-rollback_failed = Das Auto hat einen Teil nicht bestätigt, und nicht alles ließ sich zurückstellen.
timeout-rollback_refused = Das Auto hat einen Teil nicht bestätigt, und nicht alles darf jetzt zurückgestellt werden.
timeout-deferred_expired = Es wurde nicht rechtzeitig möglich, also lasse ich es.
timeout-confirmation_expired = Niemand hat geantwortet, also habe ich nichts geändert.
error = Bei mir ist etwas schiefgegangen.
error-interrupted = Ich wurde unterbrochen und weiß nicht, wie weit es kam.

# Eine Einstellung und ihr Wert. $many ist „yes", wo $label mehrere Plätze nennt.

clause-done = { $label } { $many ->
    [yes] sind
   *[no] ist
  } jetzt { $value }
clause-no_effect = { $label } { $many ->
    [yes] sind
   *[no] ist
  } schon { $value }
clause-no_action = { $label } auf { $value }
clause-sent = { $label } ({ $value })
clause-needs_confirmation = { $kind ->
    [switch] { $label } { $value }schalten
   *[other] { $label } auf { $value } stellen
  }
more = { $count ->
    [one] 1 weitere Einstellung
   *[other] { $count } weitere Einstellungen
  }
more-done = { $count ->
    [one] 1 weitere Einstellung ist wie gewünscht
   *[other] { $count } weitere Einstellungen sind wie gewünscht
  }
more-no_effect = { $count ->
    [one] 1 weitere Einstellung ist wie gewünscht
   *[other] { $count } weitere Einstellungen sind wie gewünscht
  }
more-needs_confirmation = { $count ->
    [one] 1 weitere Einstellung ändern
   *[other] { $count } weitere Einstellungen ändern
  }

# Aufzählungen

clause-and = { $a } und { $b }
clause-comma = { $a }, { $b }
item-and = { $a } und { $b }
item-comma = { $a }, { $b }
choice-and = { $a } oder { $b }
choice-comma = { $a }, { $b }
others = anderes

# Was gesagt wird, wo es kein Ergebnis gibt

assistant-unsure = Da bin ich nicht sicher. Bitte halten Sie sich an die Verkehrsregeln und an die Betriebsanleitung.
assistant-cannot = Das kann ich gerade nicht. Bitte nehmen Sie die Bedienelemente des Autos.

# Wörter für "erledigt": eine eigene Fassung des Fahrzeugs darf sie nur enthalten, wo unsere sie hat (regulärer Ausdruck)

claims-done = \b(erledigt|fertig|bereit|(ist|sind|steht|stehen) (jetzt|nun|wie|schon|bereits))\b
