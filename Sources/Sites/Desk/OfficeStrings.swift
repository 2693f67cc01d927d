import Web

/// The texts of units, people, mailboxes, delegation and imports.
let officeStrings = StringTable([
  .init("navPeople", "人员", "People"),
  .init("navUnits", "单位", "Units"),
  .init("navMailboxes", "信箱", "Mailboxes"),
  .init("navImport", "导入", "Import"),
  .init("add", "添加", "Add"),
  .init("save", "保存", "Save"),
  .init("change", "修改", "Change"),
  .init("remove", "删除", "Remove"),
  .init("never", "从未", "Never"),
  .init("keep", "不，返回", "No, go back"),
  .init("removeUnit", "确认删除单位？", "Remove this unit?"),
  .init("removeUnit-text", "删除后不能恢复，须重新登记。", "This cannot be undone; the unit would have to be added again."),
  .init("removeUnit-verb", "删除", "Remove"),
  .init("removePersonAsk", "确认删除人员？", "Remove this person?"),
  .init(
    "removePersonAsk-text", "其会话立即结束，证书登记、签名密钥、角色和代理一并失效。办理记录保留。",
    "Their sessions end at once, and their certificates, signing keys, roles and delegations with them. The record of what they did stays."
  ),
  .init("removePersonAsk-verb", "删除人员", "Remove the person"),
  .init("removeCertificate", "确认取消证书登记？", "Remove this certificate?"),
  .init(
    "removeCertificate-text", "持此证书者立即不能进入办公台。证书本身没有吊销。",
    "Whoever holds it can no longer sign in. The certificate itself is not revoked by this."),
  .init("removeCertificate-verb", "取消登记", "Remove"),
  .init("retireKeyAsk", "确认停用密钥？", "Retire this key?"),
  .init(
    "retireKeyAsk-text", "停用后不能恢复，须重新登记。已签名的办理记录仍然有效。",
    "A retired key cannot be used again; another has to be enrolled. What it signed stays valid."),
  .init("retireKeyAsk-verb", "停用", "Retire"),
  .init("endDelegation", "确认结束代理？", "End this delegation?"),
  .init("endDelegation-text", "代理人立即不能再代为办理。", "From now on the other person can no longer act for them."),
  .init("endDelegation-verb", "结束代理", "End it"),
  .init("removeSearch", "确认删除保存的查询？", "Remove this saved search?"),
  .init("removeSearch-text", "只删除保存的查询条件，不影响日志。", "Only the saved search goes; the log stays as it is."),
  .init("removeSearch-verb", "删除", "Remove"),

  .init("unitTitle", "单位", "Unit"),
  .init("unitsEmpty", "尚未登记单位。", "There are no units yet."),
  .init("unitAddHeading", "添加单位", "Add a unit"),
  .init("unitNameLabel", "名称", "Name"),
  .init("unitEnglishLabel", "英文名称（可不填）", "English name (optional)"),
  .init("unitIdentifierLabel", "编号", "Identifier"),
  .init(
    "unitIdentifierHint", "小写字母、数字和连字符，以字母开头；登记后不能修改。",
    "Lower-case letters, digits and hyphens, beginning with a letter. It cannot be changed later."),
  .init("unitLevelLabel", "级别", "Level"),
  .init("unitParentLabel", "上级单位", "Belongs to"),
  .init("unitTop", "无（一级单位）", "None (top level)"),
  .init("unitPeople", "查看本单位及下级单位的人员", "People of this unit and of those below"),
  .init(
    "unitRemoveHint", "只有没有人员、信箱和下级单位的单位才能删除。",
    "Only a unit without people, mailboxes and units below can be removed."),

  .init(
    "mailboxesHint", "信箱由配置文件设立。所属单位的承办人和领导可以看到其来信；收发员在人员页面指定。",
    "Mailboxes are set up in the configuration. Handlers and leaders of a mailbox's unit see its letters; clerks are named on people's pages."
  ),
  .init("mailboxPeople", "负责人员：", "Given to: "),
  .init("mailboxUnit", "所属单位：", "Unit: "),

  .init("searchLabel", "姓名或编号", "Name or identifier"),
  .init("searchDo", "查找", "Search"),
  .init("allUnits", "全部单位", "All units"),
  .init("peopleTotal", "人数：", "People: "),
  .init("newPersonTitle", "添加人员", "Add a person"),
  .init("personTitle", "人员", "Person"),
  .init(
    "personIdentifierHint", "小写字母、数字、点和连字符，例如工号；登记后不能修改。",
    "Lower-case letters, digits, dots and hyphens, a staff number for example. It cannot be changed later."),
  .init(
    "rolesHint", "安全员不得兼任其他角色；系统管理员不得兼任收发员、领导、承办人。",
    "A security officer holds no other role; an administrator is no clerk, leader or handler."),
  .init(
    "oneselfNote", "这是您本人。本人的单位、角色、信箱和证书须由其他管理员修改。",
    "This is you. Another administrator must change your unit, roles, mailboxes and certificates."),
  .init("certificatesHeading", "证书", "Certificates"),
  .init(
    "certificateHint", "64位十六进制数，可带冒号。本人应当面或通过电话核对。",
    "64 hexadecimal digits, colons allowed. Compare it with its owner in person or by telephone."),
  .init("certificateAdd", "登记证书", "Enrol the certificate"),
  .init("certificateRemove", "取消登记", "Remove"),
  .init("logOutPerson", "结束其所有会话", "End all their sessions"),
  .init("removePerson", "删除人员", "Remove the person"),

  .init("delegationTitle", "外出代理", "Delegation while away"),
  .init("delegationsHeading", "代理安排", "Delegations"),
  .init("delegationAdd", "新的代理", "New delegation"),
  .init(
    "delegationHint", "代理人在此期间可以办理您有权办理的来信，拟稿、申请和审批用印；用印不能代理。办理记录同时写明两人。代理权不能转给他人。",
    "During this time the other person may handle the letters that you may handle, draft, request seals and grant them; seals are applied by their keepers alone. The record names both. A delegation cannot be passed on."
  ),
  .init("delegationNobody", "没有可以代理的人员。", "There is nobody who could act for you."),
  .init("delegateLabel", "代理人", "Who acts"),
  .init("delegationFrom", "自（当日零时）", "From (midnight)"),
  .init("delegationUntil", "至（当日结束）", "Until (the end of that day)"),
  .init("delegationDo", "设定代理", "Delegate"),
  .init("delegationEnd", "结束代理", "End it"),

  .init("importHeading", "从表格导入", "Import from a table"),
  .init(
    "importHint", "CSV文件，UTF-8编码，首行为列名，最多10 MB。先检查，不改动任何数据；检查无误后再确认导入。表中没有的人员和单位保持不变。",
    "A CSV file in UTF-8 whose first line names the columns, at most 10 MB. It is checked first and changes nothing; then you confirm. Whoever is not in it stays as they are."
  ),
  .init("importKind", "内容", "What it holds"),
  .init("import-units", "单位", "Units"),
  .init("import-people", "人员", "People"),
  .init("importFile", "CSV文件", "CSV file"),
  .init("importCheck", "检查", "Check"),
  .init("importChecked", "检查无误，尚未导入。", "No errors were found. Nothing has been imported yet."),
  .init("importTake", "确认导入", "Import it"),
  .init("importDone", "已导入。", "Imported."),
  .init("importSummary", "新增{0}，修改{1}，不变{2}。", "{0} added, {1} changed, {2} unchanged."),
  .init(
    "importRefused", "文件有误，没有导入任何内容。请改正下列各行后重试。",
    "The file has errors, and nothing was imported. Please correct these lines and try again."),
  .init("importKindMissing", "请选择内容。", "Please choose what it holds."),
  .init("importLine", "第{0}行：", "Line {0}:"),
  .init("import-not-utf8", "文件不是UTF-8编码。", "The file is not in UTF-8."),
  .init(
    "import-too-large", "文件过大（最多10 MB、10000行），请分批导入。",
    "The file is too large (at most 10 MB, 10000 rows); import it in parts."),
  .init("import-columns", "首行须为列名，可用的列：", "The first line must name the columns; there are:"),
  .init("import-field-count", "字段数与首行不符，应为：", "The number of fields is not that of the first line, which is:"),
  .init(
    "import-quotes", "引号不成对，或字段中有未加引号的引号。", "Quotation marks are not in pairs, or stand in a field without quotes."),
  .init("import-twice", "该编号在前面已出现。", "This identifier stands on an earlier line."),
])
