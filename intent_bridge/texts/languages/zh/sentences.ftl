# 关于结果的句子。说明见英文文件。 Sentences about an outcome; see the English file for how they are chosen.

done = { $clauses }。{ $reason }
done-plain = 已完成。
no_effect = { $clauses }。{ $reason }
no_effect-plain = 不需要调整。
no_effect-nothing_moves = 现在没有部件在移动。
no_effect-at_limit = 已经到极限了。
no_effect-nothing_helps = 车上没有其他能改善的办法了。
no_effect-take_a_break = 空气已经凉爽新鲜。请尽快休息。
sent = 正在执行：{ $clauses }。{ $reason }
sent-plain = 正在执行。
stopped = 已停止：{ $settings }。{ $reason }
stopped-plain = 已停止。{ $reason }
stopped-asked = 已停止。
stopped-superseded = 已改为执行新的请求。
deferred = 条件允许时我会马上执行。{ $reason }
needs_confirmation = 要{ $clauses }吗？{ $reason }
needs_confirmation-plain = 要这样做吗？{ $reason }
needs_choice = 您指的是{ $choices }？
needs_choice-unsure = 您是说{ $choices }吗？
needs_choice-plain = 您指的是哪一个？
no_action = 没有做任何改动。
no_action-report = 这是车辆报告的状态。
no_action-declined = 好的，没有做任何改动。
no_action-nothing_to_undo = 没有可以撤销的操作。
no_action-can_undo = 可以恢复：{ $clauses }。
no_action-dry_run = 这只是试算，没有发送任何指令。
no_action-not_understood = 我没听懂。
no_action-incomplete = 请说完整，您指的是什么？
no_action-ambiguous = 这句话有两种意思，请换个说法。
no_action-out_of_range = 这辆车没有这个数值。
no_action-other_domain = 我只管车辆本身的设置。
no_action-question = 这是一个问题，我没有改动任何设置。
no_action-negated = 好的，保持不变。
no_action-quoted = 这是引用的话，我没有改动任何设置。
no_action-reported = 这是转述的话，我没有改动任何设置。
no_action-hypothetical = 这不是现在的要求，我没有改动任何设置。
denied = 现在不能这样做。{ $reason }
denied-changed_since = 无法撤销：之后有人改动过。
denied-before_unknown = 无法撤销：不知道之前是什么状态。
denied-stopped_halfway = 无法撤销：动作中途停下了。
denied-recalled = 无法撤销：不知道座椅之前在什么位置。
denied-state_unknown = 现在不能这样做：车辆状态不明。
denied-too_many_deferred = 等待执行的请求太多，请稍后再试。
denied-too_many_running = 正在执行的操作太多，请稍后再试。
denied-busy = 同时请求太多，请稍后再试。
denied-locked_out = 短时间内被拒绝的次数太多，请稍等。
denied-too_many_calls = 请求太多了，请稍等一下。
denied-not_in_scope = 这个应用没有权限这样做。
denied-too_often = 调整得太频繁，请稍等。
denied-locked_out = 这项请求被拒绝了太多次，请稍等。
denied-own_number = 这个数字没有人说过。您要多少？
denied-confirmation_void = 情况已经变化，刚才的确认无效，请重新提出。
denied-confirmation_unknown = 目前没有等待您确认的操作。
denied-confirmation_expired = 确认得太晚了，请重新提出。
denied-confirmation_wrong_zone = 只有提出请求的人可以确认。
not_equipped = 这辆车没有这个功能。
invalid = 我没有听懂这个请求。
refused_by_ecu = 车辆拒绝了：{ $settings }。
refused_by_ecu-plain = 车辆拒绝了。
refused_by_ecu-rolled_back = 车辆拒绝了其中一项，其余的已恢复原状。
refused_by_ecu-rollback_failed = 车辆拒绝了其中一项，其余的未能全部恢复。
refused_by_ecu-rollback_refused = 车辆拒绝了其中一项，其余的现在不允许恢复。
not_delivered = 联系不上车辆的这个部件：{ $settings }。
not_delivered-plain = 联系不上车辆的这个部件。
not_delivered-listen_only = 现在只监听，没有发送任何指令。
not_delivered-silent = 现在不允许向车辆发送指令。
timeout = 车辆没有确认：{ $settings }。
timeout-plain = 车辆没有确认。
timeout-rolled_back = 车辆没有确认其中一项，其余的已恢复原状。
timeout-rollback_failed = 车辆没有确认其中一项，其余的未能全部恢复。
timeout-rollback_refused = 车辆没有确认其中一项，其余的现在不允许恢复。
timeout-deferred_expired = 条件一直不满足，已放弃执行。
timeout-confirmation_expired = 没有人确认，没有做任何改动。
error = 系统内部出错了。
error-interrupted = 执行被中断，不知道进行到哪一步。

# 一个设置和它的值

clause-done = { $kind ->
    [switch] { $label }已{ $value }
   *[other] { $label }现在为{ $value }
  }
clause-no_effect = { $kind ->
    [switch] { $label }本来就已{ $value }
   *[other] { $label }本来就是{ $value }
  }
clause-no_action = { $label }恢复为{ $value }
clause-sent = { $label }{ $value }
clause-needs_confirmation = { $kind ->
    [switch] { $value }{ $label }
   *[other] 把{ $label }调到{ $value }
  }
more = 另外{ $count }项
more-done = 另外{ $count }项也已按要求设置
more-no_effect = 另外{ $count }项也已按要求设置
more-needs_confirmation = 更改另外{ $count }项

# 列举

clause-and = { $a }，{ $b }
clause-comma = { $a }，{ $b }
item-and = { $a }和{ $b }
item-comma = { $a }、{ $b }
choice-and = { $a }还是{ $b }
choice-comma = { $a }、{ $b }
others = 其他设置

# 没有结果可说时

assistant-unsure = 这个我不能确定，请遵守交通规则，并以车辆手册为准。
assistant-cannot = 现在做不到，请使用车上的按键操作。

# Words for "it is done": a vehicle's own sentence may have them only where ours has (regular expression)

claims-done = 已完成|已经|已按|完成了|好了|搞定|现在为
