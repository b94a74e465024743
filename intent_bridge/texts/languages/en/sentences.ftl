# Sentences about an outcome. `STATUS` is the general one, `STATUS-CODE` is taken where the outcome has that
# code, `STATUS-plain` where there is nothing to name. Short: somebody may be driving.
# $clauses: settings with their values   $settings: settings alone   $reason: texts of the deciding rules

done = { $clauses }. { $reason }
done-plain = Done.
no_effect = { $clauses }. { $reason }
no_effect-plain = Nothing to change.
no_effect-nothing_moves = Nothing is moving.
no_effect-at_limit = That is already at its limit.
no_effect-nothing_helps = There is nothing left in this car that would help.
no_effect-take_a_break = The air is cool and fresh already. Please take a break soon.
sent = On the way: { $clauses }. { $reason }
sent-plain = On the way.
stopped = I stopped { $settings }. { $reason }
stopped-plain = I stopped. { $reason }
stopped-asked = I stopped.
stopped-superseded = A newer request took over.
deferred = I will do that as soon as it is allowed. { $reason }
needs_confirmation = Shall I { $clauses }? { $reason }
needs_confirmation-plain = Shall I do that? { $reason }
needs_choice = Which one: { $choices }?
needs_choice-unsure = Do you mean this: { $choices }?
needs_choice-plain = Which one do you mean?
no_action = I changed nothing.
no_action-report = This is what the car reports.
no_action-declined = All right, I changed nothing.
no_action-nothing_to_undo = There is nothing to undo.
no_action-can_undo = I can put that back: { $clauses }.
no_action-dry_run = This was only a try: I sent nothing.
no_action-not_understood = I did not understand that.
no_action-incomplete = What is that about? Please say it in full.
no_action-ambiguous = That could mean two things. Please say it another way.
no_action-out_of_range = This car does not have that value.
no_action-other_domain = I only look after the car itself.
no_action-question = That was a question, so I changed nothing.
no_action-negated = All right, I leave it as it is.
no_action-quoted = That was a quotation, so I changed nothing.
no_action-reported = That was somebody else's wish, so I changed nothing.
no_action-hypothetical = That is not for now, so I changed nothing.
denied = That is not possible now. { $reason }
denied-changed_since = I cannot undo that: somebody has changed it since.
denied-before_unknown = I cannot undo that: I do not know how it was before.
denied-stopped_halfway = I cannot undo that: it was stopped halfway.
denied-recalled = I cannot undo that: I do not know where the seat was before.
denied-state_unknown = That is not possible now: I do not know enough about the car's state.
denied-too_many_deferred = Too many requests are waiting. Please ask again later.
denied-too_many_running = Too many things are going on at once. Please ask again in a moment.
denied-busy = Too many requests at once. Please ask again in a moment.
denied-locked_out = That has been refused too often in a short time. Please wait a little.
denied-too_many_calls = That was too much at once. Please wait a little.
denied-not_in_scope = The app that asks may not do that.
denied-too_often = That was changed too often. Please wait a little.
denied-locked_out = That was refused too often. Please wait a little.
denied-own_number = Nobody said that number. What shall it be?
denied-confirmation_void = The situation has changed, so your yes no longer counts. Please ask again.
denied-confirmation_unknown = I am not waiting for an answer to that.
denied-confirmation_expired = That answer came too late. Please ask again.
denied-confirmation_wrong_zone = Only the person who asked can answer that.
not_equipped = This car cannot do that.
invalid = I did not understand that request.
refused_by_ecu = The car refused: { $settings }.
refused_by_ecu-plain = The car refused.
refused_by_ecu-rolled_back = The car refused part of it, so I put the rest back.
refused_by_ecu-rollback_failed = The car refused part of it, and not everything could be put back.
refused_by_ecu-rollback_refused = The car refused part of it, and not everything may be put back now.
not_delivered = I cannot reach that part of the car: { $settings }.
not_delivered-plain = I cannot reach that part of the car.
not_delivered-listen_only = I only listen: I sent nothing.
not_delivered-silent = I am not allowed to send to the car now.
timeout = The car has not confirmed { $settings }.
timeout-plain = The car has not confirmed that.
timeout-rolled_back = The car did not confirm part of it, so I put the rest back.
timeout-rollback_failed = The car did not confirm part of it, and not everything could be put back.
timeout-rollback_refused = The car did not confirm part of it, and not everything may be put back now.
timeout-deferred_expired = It did not become possible in time, so I let it go.
timeout-confirmation_expired = Nobody answered, so I changed nothing.
error = Something went wrong on my side.
error-interrupted = I was interrupted and do not know how far that got.

# One setting and its value. $many is "yes" where $label names several places.

clause-done = { $label } { $many ->
    [yes] are
   *[no] is
  } now { $value }
clause-no_effect = { $label } { $many ->
    [yes] are
   *[no] is
  } already { $value }
clause-no_action = { $label } to { $value }
clause-sent = { $label } ({ $value })
clause-needs_confirmation = { $kind ->
    [switch] turn { $label } { $value }
   *[other] set { $label } to { $value }
  }
more = { $count ->
    [one] 1 more setting
   *[other] { $count } more settings
  }
more-done = { $count ->
    [one] 1 more setting is as asked
   *[other] { $count } more settings are as asked
  }
more-no_effect = { $count ->
    [one] 1 more setting is as asked
   *[other] { $count } more settings are as asked
  }
more-needs_confirmation = change { $count ->
    [one] 1 more setting
   *[other] { $count } more settings
  }

# Lists

clause-and = { $a } and { $b }
clause-comma = { $a }, { $b }
item-and = { $a } and { $b }
item-comma = { $a }, { $b }
choice-and = { $a } or { $b }
choice-comma = { $a }, { $b }
others = others

# What an assistant says where there is no outcome to speak of

assistant-unsure = I am not sure about that. Please follow the rules of the road and the car's manual.
assistant-cannot = I cannot do that right now. Please use the controls of the car.

# Words for "it is done": a vehicle's own sentence may have them only where ours has (regular expression)

claims-done = \b(done|all set|finished|completed|ready|(is|are) (now|all|already))\b
