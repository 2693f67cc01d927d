import Letters
import Web

/// What the record of acts says of the steps that are recorded under their own names.
let stepActStrings = StringTable(
  LetterAct.allCases.filter { ![.signFor, .answer, .decline].contains($0) }.compactMap { act in
    stepStrings.entries.first { $0.key == "step-\(act.rawValue)" }
      .map { .init("act-\(act.recordedName)", $0.chinese, $0.english) }
  })

/// The steps of a letter's flow: what they are called, what they need, what is wrong with that.
let stepStrings = StringTable([
  .init("stepsHeading", "可办事项", "What you can do"),
  .init("stepLeave", "返回来信", "Back to the letter"),
  .init("stepDone", "已办理：{0}。", "Done: {0}."),
  .init("currentState", "当前环节", "Where it is"),
  .init("lanesHeading", "承办单位", "Units"),
  .init("laneUnit", "单位", "Unit"),
  .init("lanePart", "分工", "Part"),
  .init("laneLead", "主办", "In charge"),
  .init("laneAssist", "协办", "Assisting"),
  .init("laneHandler", "承办人", "Handler"),
  .init("laneDue", "办理期限", "Due"),
  .init("laneResult", "办理结果：", "Result of "),
  .init("laneNow", "现在：", "now at "),
  .init("queueHeading", "待我处理", "Waiting for me"),
  .init("citizen-answer-question", "来信人补充", "The author answered"),
  .init("citizen-citizen-note", "来信人补充（已不再等待，作为备注）", "The author wrote, as a note: nothing waited for it"),
  .init("citizenText", "补充内容", "What they wrote"),
  .init("theCitizen", "来信人", "The author"),
  .init("paused", "等待来信人补充，期限暂停计算", "Waiting for the author; the date waits, too"),
  .init(
    "courseRefused", "门户未接收最新的办理进展或提问，来信人在网上看不到。请联系系统管理员，并按来信人留下的电话联系。",
    "The portal did not take the latest progress or question, so the author cannot see it. Tell the administrator, and telephone the author."
  ),
  .init(
    "queueHint", "需要您本人或您的岗位处理的信件，被催办的在最前，其余最先到期的在前。",
    "Letters that wait for you or for a role of yours: urged ones, then those due first."),
  .init("besidesHeading", "其他操作", "Besides"),
  .init("urged", "被催办", "urged"),
  .init("reminded", "将到期", "due soon"),
  .init("joinedWith", "并入信件", "Joined with"),
  .init("joinedLetters", "并案信件", "Letters joined with it"),
  .init(
    "alsoJoined", "并案的{0}封来信以同样的内容办结；公开答复的，其中来信人同意公开的一并公开。",
    "It also ends the letters joined with this one: {0}. If it is public, those whose authors allow that are published, too."
  ),
  .init("joinedOthers", "其他信箱的{0}封信件", "{0} of other mailboxes"),
  .init("requestState-open", "待批", "to be decided"),
  .init("requestState-granted", "已批准", "granted"),
  .init("requestState-refused", "未批准", "refused"),
  .init("requestState-closed", "已失效", "lapsed"),
  .init("requestNewDate", "批准后答复期限为{0}", "If granted, the answer is promised by {0}"),
  .init("requestNoDate", "批准后答复期限待定（无该年度工作日历）", "If granted, the date stays open: no calendar of working days for it"),
  .init("history-limit-passed", "已超过办理时限", "The limit has passed"),
  .init("history-request-late", "申请已超过审批时限", "The limit for deciding on the request has passed"),
  .init("history-request-closed", "申请已失效", "The request lapsed"),
  .init("history-joined", "并入一封来信", "Another letter was joined with it"),
  .init(
    "history-separated", "所并入的来信未予受理，恢复单独办理", "The letter that it was joined with was thrown away: it goes on by itself"
  ),
  .init("history-settled-alike", "随所并入的来信一并办结", "Settled with the letter that it was joined with"),
  .init("history-reminded", "答复期限将至，已提醒", "The promised date is near: reminded"),
  .init("history-urged", "答复期限已过，催办", "The promised date has passed: urged"),
  .init("history-supervised", "答复期限已过，领导督办", "The promised date has passed: supervised by a leader"),
  .init("history-alarmed", "受理后已到规定的提醒天数", "So many days have passed since acceptance that a leader is told"),
  .init("act-letter.settled-alike", "并案办结", "Settled with another letter"),
  .init(
    "namesWriterText", "并案信件的答复将发给多位来信人，不能写其中任何一位的手机号或邮箱",
    "This goes to several authors: leave out the phone and the mail of each of them"),
  .init("dueHeading", "答复期限", "Promised by"),
  .init("dueNone", "未定（无该年度工作日历）", "Open: no calendar of working days for it"),
  .init("columnDue", "期限", "Due"),
  .init("overdueBy", "超期", "overdue"),
  .init("nextLetter", "下一封", "Next letter"),
  .init("overdueHeading", "超期", "Overdue"),
  .init("todayHeading", "今日到期", "Due today"),
  .init(
    "overdueHint", "答复期限或单位办理期限已过、尚未办结的信件。",
    "Letters not settled yet whose promised date, or unit's date, has passed."),
  .init("todayHint", "今天到期、尚未办结的信件。", "Letters not settled yet that are due today."),
  .init("findLetter", "查找", "Find"),
  .init("chooseOne", "请选择", "Please choose"),
  .init("noUnit", "无", "None"),

  .init("step-sign-for", "签收", "Sign for"),
  .init("step-answer", "答复来信", "Answer"),
  .init("step-decline", "不予受理", "Decline"),
  .init("step-reclassify", "更改类别", "Change the kind"),
  .init("step-transfer", "转其他信箱", "Move to another mailbox"),
  .init("step-junk", "移入回收站", "Put into the recycle bin"),
  .init("step-restore", "从回收站恢复", "Take out of the recycle bin"),
  .init("step-purge", "清除", "Discard for good"),
  .init("step-present", "呈领导批阅", "Put before a leader"),
  .init("step-propose-decline", "拟不予受理", "Propose to decline"),
  .init("step-instruct", "批示", "Instruct"),
  .init("step-instruct-decline", "批示不予受理", "Decide to decline"),
  .init("step-dispatch", "分发", "Dispatch"),
  .init("step-add-unit", "增加协办单位", "Add units"),
  .init("step-recall-unit", "收回", "Take back from a unit"),
  .init("step-accept", "审核通过", "Accept"),
  .init("step-return", "退回承办单位", "Return to the units"),
  .init("step-send-back", "退回", "Send back"),
  .init("step-settle", "办结", "Settle"),
  .init("step-unit-sign-for", "单位签收", "Sign for at the unit"),
  .init("step-dispute", "派单异议", "Dispute the dispatch"),
  .init("step-pass-down", "转下级单位", "Pass to a unit below"),
  .init("step-assign", "交承办人", "Give to a handler"),
  .init("step-submit", "提交办理结果", "Submit the result"),
  .init("step-hand-back", "退回分办", "Hand back"),
  .init("step-pass-up", "审核上报", "Approve and pass up"),
  .init("step-return-to-handler", "退回承办人", "Return to the handler"),
  .init("step-uphold", "同意异议", "Uphold the dispute"),
  .init("step-reject", "驳回异议", "Reject the dispute"),
  .init("step-merge", "并案", "Join with another letter"),
  .init("step-unmerge", "解除并案", "Undo the joining"),
  .init("step-ask-extension", "申请延期", "Ask for more time"),
  .init("step-grant-extension", "批准延期", "Grant more time"),
  .init("step-refuse-extension", "不批准延期", "Refuse more time"),
  .init("step-urge", "催办", "Urge"),
  .init("step-note", "批注", "Add a note"),
  .init("step-take-back", "取回", "Take back"),

  .init("step-ask-citizen", "请来信人补充", "Ask its author"),

  .init("stepText-sign-for", "签收后，来信人可以看到已签收。", "Its author sees that it was signed for."),
  .init("stepText-answer", "办结并答复来信人。", "Ends the letter with an answer."),
  .init("stepText-decline", "办结，告知来信人不予受理的理由。", "Ends the letter with a reason."),
  .init(
    "stepText-reclassify", "类别决定答复期限，更改后重新计算。",
    "The kind decides by when it is to be answered; the date is worked out anew."),
  .init("stepText-transfer", "转出后由该信箱的收发员重新签收。", "The other mailbox signs for it anew."),
  .init(
    "stepText-junk", "回收站中的来信可以恢复；清除须由领导另行决定，清除时来信人将看到此理由。",
    "It can be taken out again; a leader decides whether it is discarded, and its author then reads this reason."),
  .init("stepText-restore", "恢复后回到预处理。", "It goes back to sorting."),
  .init(
    "stepText-purge", "清除后不能恢复，来信人将看到不予受理及移入回收站时的理由。",
    "This cannot be undone. Its author sees that it was not taken, with the reason given before."),
  .init("stepText-present", "请写明拟办意见，领导据此批示。", "Say what you propose; the leader decides on it."),
  .init(
    "stepText-propose-decline", "领导审核通过后由收发员办结。正文为给来信人的答复初稿。",
    "A leader reviews it, then the clerk settles it. The text is the draft of what the author will read."),
  .init("stepText-instruct", "批示后由收发员分发。", "The clerk dispatches it by your instruction."),
  .init("stepText-instruct-decline", "由收发员办结并告知来信人。", "The clerk settles it and tells the author."),
  .init(
    "stepText-dispatch", "选择承办单位，并指定其中一个主办。被投诉的单位及其下级单位不能承办。",
    "Choose the units, one of them in charge. The unit complained of and those under it cannot have it."),
  .init("stepText-add-unit", "增加的单位为协办。", "The units added assist."),
  .init(
    "stepText-recall-unit", "收回后该单位不再办理；没有其他承办部分的，不能再查看此信。",
    "The unit no longer works on it and, unless it has another part of it, no longer reads it."),
  .init("stepText-accept", "通过后由收发员办结。", "The clerk settles it."),
  .init("stepText-return", "请选择须重新办理的单位并写明理由。", "Choose who is to work on it again, and say why."),
  .init("stepText-send-back", "退回后由收发员重新处理。", "It goes back to the clerk."),
  .init("stepText-settle", "下一页显示来信人将看到的内容。", "The next page shows what the author will see."),
  .init("stepText-unit-sign-for", "签收后不能再提出异议。", "After this the dispatch can no longer be disputed."),
  .init(
    "stepText-dispute", "不属于本单位职责的，请在签收前写明理由，可以建议承办单位。",
    "Say why this is not your unit's business; you can name the unit whose you think it is."),
  .init("stepText-pass-down", "由下级单位签收办理，结果逐级上报。", "The unit below signs for it; its result comes back up."),
  .init("stepText-assign", "请选择承办人。", "Choose who works on it."),
  .init("stepText-submit", "流程规定须审核的，提交后由本单位领导审核。", "Your unit's leader reviews it where the flow says so."),
  .init("stepText-hand-back", "退回本单位收发员重新分办。", "The unit's clerk gives it to somebody else."),
  .init(
    "stepText-pass-up", "通过后报转来的上级单位；由信箱直接分发的，报信箱。",
    "It goes to the unit above that passed it down, else to the mailbox."),
  .init("stepText-return-to-handler", "请写明须修改之处。", "Say what is to be changed."),
  .init(
    "stepText-uphold", "该单位不再承办，由派单方另行安排。",
    "The unit is relieved of it; whoever sent it there decides what comes next."),
  .init("stepText-reject", "驳回后由该单位签收办理。", "The unit has to sign for it and work on it."),
  .init(
    "stepText-merge", "同一事项的来信合并办理。所并入的来信办结时，本信以同样的结果和答复办结，来信人仍凭自己的信件编码查询。",
    "For letters on the same matter. When the other one is settled, this one ends with the same answer; its author still reads it with their own code."
  ),
  .init("stepText-unmerge", "解除后本信回到预处理，单独办理。", "It goes back to sorting and is handled by itself."),
  .init("stepText-ask-extension", "由信箱领导批准。批准前期限不变。", "A leader of the mailbox decides. Until then the date stays."),
  .init("stepText-grant-extension", "答复期限按工作日历顺延。", "The promised date moves by the calendar of working days."),
  .init("stepText-refuse-extension", "期限不变，请写明理由。", "The date stays. Say why."),
  .init(
    "stepText-urge", "该信件将列在对方待办的最前面。同一单位每个工作日只能催办一次。",
    "It stands at the top of their list. Once a working day for each unit."),
  .init(
    "stepText-note", "批注不改变办理环节；信箱一方和本单位人员可以看到，来信人看不到。",
    "It changes nothing. The mailbox's people and your own unit read it, the author does not."),
  .init(
    "stepText-take-back", "对方尚未查看，可以取回上一步，信件恢复到此前的环节。",
    "Nobody has opened it yet: your last step is undone, and the letter is where it was before."),

  .init(
    "stepText-ask-citizen", "来信人在网上看到问题并收到短信；等待期间答复期限暂停计算，期满未答复的继续办理。",
    "The author reads it on the portal and gets an SMS. Meanwhile the promised date waits; without an answer in time, it goes on."
  ),

  .init("field-kind", "类别", "Kind"),
  .init("field-mailbox", "信箱", "Mailbox"),
  .init("field-reason", "理由", "Reason"),
  .init("field-leader", "批阅领导", "Leader"),
  .init("field-proposal", "拟办意见", "Proposal"),
  .init("field-instruction", "批示", "Instruction"),
  .init("field-decline-reason", "不予受理事由", "Ground for declining"),
  .init("field-text", "给来信人的正文", "Text for the author"),
  .init("field-units", "承办单位", "Units"),
  .init("field-lead-unit", "主办单位", "Unit in charge"),
  .init("field-unit-due", "办理期限", "Due"),
  .init("field-note", "备注", "Note"),
  .init("field-unit", "单位", "Unit"),
  .init("field-opinion", "意见", "Opinion"),
  .init("field-answer", "答复内容", "Answer"),
  .init("field-visibility", "公开方式", "Who may read it"),
  .init("field-child-unit", "下级单位", "Unit below"),
  .init("field-handler", "承办人", "Handler"),
  .init("field-draft-answer", "办理结果（拟答复内容）", "Result (draft of the answer)"),
  .init("field-proposed-unit", "建议承办单位", "Unit proposed"),
  .init("field-complaint-about", "被投诉单位", "Unit complained of"),
  .init("field-question", "请来信人补充的内容", "What its author is asked"),
  .init("field-other-letter", "另一来信的受理编号", "Number of the other letter"),

  .init("fieldHint-units", "可多选。指定主办单位的，主办单位也须勾选。", "One or more. Where one is put in charge, tick that one, too."),
  .init("fieldHint-complaint-about", "投诉类来信必填；没有的选“无”。", "Required for complaints; choose “None” where there is none."),
  .init("fieldHint-question", "不超过2000字，来信人将看到全文。", "At most 2,000 characters; its author reads all of it."),
  .init("fieldHint-note", "可不填。", "Optional."),
  .init("fieldHint-other-letter", "须是尚未办结的来信，例如 2026-000123。", "A letter that is under way, such as 2026-000123."),
  .init("fieldHint-opinion", "可不填。", "Optional."),
  .init("fieldHint-proposed-unit", "可不填。", "Optional."),

  .init("fieldProblem-missing", "请填写：{0}", "Please fill in: {0}"),
  .init("fieldProblem-too-long", "内容过长：{0}，不超过{1}字", "Too long: {0}, {1} characters at most"),
  .init("fieldProblem-unknown", "请重新选择：{0}", "Please choose again: {0}"),
  .init("fieldProblem-too-many", "数量过多：{0}", "Too many: {0}"),
  .init("fieldProblem-lead-not-named", "主办单位须在承办单位之中", "The unit in charge must be one of the units"),
  .init(
    "fieldProblem-complained-of", "被投诉的单位及其下级单位不能承办，正在承办的须先收回：{0}",
    "The unit complained of and those under it cannot have the letter; take back what they have first: {0}"),
  .init("fieldProblem-nobody", "所选单位或信箱没有收发员，无法签收：{0}", "There is no clerk there who could sign for it: {0}"),
  .init("fieldProblem-itself", "不能并入本信：{0}", "A letter cannot be joined with itself: {0}"),
  .init(
    "fieldProblem-ended", "该信已办结、已并案或在回收站：{0}",
    "That letter has ended, is joined with another or lies in the recycle bin: {0}"),
  .init(
    "fieldProblem-has-joined", "已有来信并入本信，本信不能再并入其他来信：{0}",
    "Letters are joined with this one, so it cannot be joined with another: {0}"),
  .init("fieldProblem-names-writer", "不能写来信人的手机号或邮箱：{0}", "Leave out the authors' phone and mail: {0}"),
  .init(
    "fieldProblem-urged-today", "今天已催办，下一个工作日可以再次催办：{0}", "Urged today already; again on the next working day: {0}"),
  .init("fieldProblem-date", "请填写今天起一年内的日期：{0}", "Please give a date from today on, within a year: {0}"),
  .init(
    "fieldProblem-cannot-cross", "本单位与门户之间的交换规定不允许向来信人提问，请联系系统管理员",
    "The rules for what may cross to the portal let no questions out; please tell the administrator"),
])
