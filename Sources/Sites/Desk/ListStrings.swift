import Web

/// Lists of letters: searching, filtering, and steps with several at once.
let listStrings = StringTable([
  .init("searchLetters", "查找来信", "Search letters"),
  .init("searchHeading", "查找来信", "Search letters"),
  .init(
    "searchNothingTyped", "请输入要查找的字词：受理编号、标题或正文中的字词。", "Type what to look for: a number, or words of a title or a text."
  ),
  .init("searchNothingFound", "没有找到您可以查看的来信。", "No letter that you may read was found."),
  .init("searchNothingYet", "最近的来信中没有找到，可继续查找更早的来信。", "None among the newest letters; you can go on with older ones."),
  .init(
    "searchIncomplete", "较早的来信正在建立索引，暂时可能查不到。", "Older letters are still being indexed and may be missing for now."),
  .init("searchOn", "继续查找更早的来信", "Go on with older letters"),
  .init("searchPhone", "按手机号查找", "Find by phone number"),
  .init("searchPhoneHint", "须输入完整号码；每次查找都会记入办理记录。", "The whole number; each such search is recorded."),
  .init("reviewHeading", "批阅", "For decision"),
  .init("reviewEmpty", "没有等待您批阅的来信。", "Nothing waits for you."),
  .init("reviewPlace", "第{0}封，共{1}封", "{0} of {1}"),
  .init("reviewBefore", "上一封", "Previous"),
  .init("reviewAfter", "下一封", "Next"),
  .init("reviewOpen", "打开来信办理", "Open the letter"),
  .init("phrase-instruct-1", "同意。", "Agreed."),
  .init(
    "phrase-instruct-2", "同意拟办意见，请抓紧办理并及时答复群众。", "Agreed as proposed; please see to it and answer the citizen soon."),
  .init("phrase-instruct-3", "请核实情况，依法依规办理。", "Please verify the facts, and proceed as the law says."),
  .init("phrase-accept-1", "同意。", "Agreed."),
  .init("phrase-accept-2", "同意办理结果，请答复来信人。", "I accept the result; please answer the citizen."),
  .init("phrase-accept-3", "同意，请跟踪落实。", "Agreed; please see that it is carried out."),
  .init("filterAll", "全部", "All"),
  .init("filterOrder", "排序", "Order"),
  .init("orderUsual", "默认", "Usual"),
  .init("order-newest", "最新收到在前", "Newest first"),
  .init("order-oldest", "最早收到在前", "Oldest first"),
  .init("filterDo", "筛选", "Filter"),
  .init("filterNone", "清除筛选", "Clear"),
  .init("exportLetters", "导出本列表（CSV）", "Take this list away (CSV)"),
  .init("exportHint", "最多10000封；导出会记入办理记录。", "At most 10,000 letters; that you took it is recorded."),
  .init("columnChoose", "选择", "Choose"),
  .init("chooseAll", "全选本页", "Choose all here"),
  .init("bulkLabel", "对所选信件：", "With the chosen letters:"),
  .init("bulkTitle", "批量办理", "Several letters"),
  .init("bulkHeading", "{0}：{1}封", "{0}: {1} letters"),
  .init("bulkDone", "已{0}{1}封。", "{0}: done for {1} letters."),
  .init("bulkOthers", "未办理的信件", "Letters that were left out"),
  .init(
    "bulkOthersHint", "请先在列表中选择信件。下列信件此刻不能这样办理，或已被他人办理。",
    "Choose letters in a list first. This cannot be done with these now, or somebody else was quicker."),
  .init("bulkNotFound", "没有这封信，或您无权查看", "no such letter, or not yours to read"),
  .init("bulkNotNow", "所处环节不符，或已被他人办理", "not at this step, or somebody else was quicker"),
  .init("bulkLeave", "返回待我处理", "Back to what waits for me"),
])
