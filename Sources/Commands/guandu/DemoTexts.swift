/// What citizens of the invented city write about, and what the office makes of it.
struct DemoTopic {
  let kind: String
  /// The unit that it is for, and its section.
  let section: String
  let title: String
  /// With `{place}`.
  let text: String
  let result: String

  static let all = [
    DemoTopic(
      kind: "complaint", section: "urban-lights", title: "路灯长期不亮",
      text: "{place}门前的三盏路灯从上月中旬起一直不亮，晚上老人散步、孩子下晚自习都要摸黑走。我们拨打过热线，答复说会派人来看，但至今没有人来修。",
      result: "经现场检查，故障原因为地下电缆老化短路。已于今日更换电缆并修复全部路灯，夜间巡查已恢复正常照明。"),
    DemoTopic(
      kind: "complaint", section: "environment-noise", title: "夜间施工噪声扰民",
      text: "{place}旁边的工地连续一周施工到凌晨两点，打桩和运渣的声音让附近居民无法休息。家里有高考的孩子和生病的老人，请尽快制止夜间施工。",
      result: "执法人员当晚到现场核查，该工地未办理夜间施工许可。已责令其二十二时后停止施工并依法立案查处，同时安排夜间巡查。"),
    DemoTopic(
      kind: "question", section: "housing-property", title: "物业费涨价是否需要业主同意",
      text: "{place}的物业公司本月贴出通知，每平方米物业费上调五角，事先没有征求业主意见。请问物业费调价有什么程序？业主可以拒绝吗？",
      result: "根据物业管理有关规定，物业费调整须经业主大会表决同意。该公司未履行程序，已约谈其负责人，通知已撤回，仍按原标准收取。"),
    DemoTopic(
      kind: "complaint", section: "housing-property", title: "电梯频繁停运",
      text: "{place}七号楼的电梯这个月已经坏了四次，每次修好两三天又停。楼上有坐轮椅的邻居，停运时出不了门。物业说维修资金要等审批，请督促解决。",
      result: "经核查，电梯曳引轮磨损。已启动维修资金应急使用程序，更换工作将于本周内完成，期间物业安排专人协助行动不便的住户出行。"),
    DemoTopic(
      kind: "question", section: "education-schools", title: "随迁子女入学需要哪些材料",
      text: "我在{place}租房居住两年，孩子明年要上小学。请问外地户籍的孩子在本市上学需要准备哪些材料？居住证要办满多久？",
      result: "随迁子女入学须提供监护人居住证（办理满六个月）、租房备案证明和户口簿，每年四月在教育局网站登记。已通过电话向来信人详细说明。"),
    DemoTopic(
      kind: "suggestion", section: "transport-bus", title: "建议增设公交站点",
      text: "{place}入住已有两千多户，最近的公交站要走二十分钟，老人看病、孩子上学都不方便。建议十六路公交车在小区门口增设一站，或者开行早晚高峰班车。",
      result: "经客流调查，该处具备设站条件。已将增设站点列入本季度公交线网调整方案，预计下月十五日前启用。感谢您的建议。"),
    DemoTopic(
      kind: "complaint", section: "water-supply", title: "停水不通知",
      text: "{place}上周停水三次，每次都是早上做饭的时候，事先没有任何通知。打供水公司电话一直占线，居民只能去外面买水。",
      result: "停水系主管道爆管抢修所致。供水公司未及时告知，已责令其整改：计划停水提前四十八小时公告，抢修停水半小时内短信告知。"),
    DemoTopic(
      kind: "complaint", section: "water-drains", title: "雨后积水严重",
      text: "{place}路口一下雨就积水，水深没过脚踝，电动车经常熄火在水里。附近居民反映过好几年了，请彻底疏通排水管道。",
      result: "已对该路段雨水管网进行内窥检查，清出淤积物约六立方米，并更换破损井箅四处。近日降雨后复查，路面无积水。"),
    DemoTopic(
      kind: "complaint", section: "labour-wages", title: "拖欠工资",
      text: "我和六名工友在{place}的装修工地干了两个月，工程完工后老板一直拖欠工资，共计四万二千元。我们有考勤记录和微信聊天记录，请帮我们讨回血汗钱。",
      result: "经劳动监察调查，拖欠事实成立。已下达限期支付指令书，用人单位已于昨日将四万二千元工资全部支付到七名工人账户。"),
    DemoTopic(
      kind: "complaint", section: "market-food", title: "餐馆后厨卫生差",
      text: "{place}的一家快餐店后厨地面油污很厚，食材直接堆在地上，我亲眼看到老鼠跑过。附近学校的学生经常在那里吃饭，请食品安全部门检查。",
      result: "执法人员现场检查属实，已责令其停业整改并立案处罚。整改验收合格前不得营业，结果将在店门口公示。"),
    DemoTopic(
      kind: "question", section: "heating-supply", title: "室温不达标能否退费",
      text: "{place}供暖以来室温只有十五度，联系供热站测温两次都说正常。请问室温标准是多少？不达标的天数能不能退费？",
      result: "居民室温标准为不低于十八摄氏度。经三方共同测温，该户为十六度，系楼栋平衡阀未开到位，已调整到位，并按不达标天数退费。"),
    DemoTopic(
      kind: "suggestion", section: "civil-care", title: "建议开办社区老年食堂",
      text: "{place}独居老人很多，做饭成了大问题。建议街道利用闲置的社区用房开办老年食堂，价格实惠一些，给行动不便的老人送餐上门。",
      result: "经研究，拟利用社区服务中心一层开办老年食堂，已完成选址，计划下季度开始运营，并提供助餐上门服务。"),
    DemoTopic(
      kind: "complaint", section: "urban-order", title: "占道经营堵塞通道",
      text: "{place}门口每天傍晚都有二十多个流动摊位，把人行道和消防通道都占满了，油烟和垃圾也很多，救护车都开不进来。请规范管理。",
      result: "已组织集中整治，将摊位疏导至临时便民市场，安排专人早晚值守，消防通道已恢复畅通。"),
    DemoTopic(
      kind: "question", section: "health-hospitals", title: "异地就医如何备案",
      text: "我母亲随我住在{place}，户口在外省，需要长期在市医院透析。请问异地就医怎样备案？备案后报销比例是多少？",
      result: "可通过国家医保服务平台或市医保大厅办理长期异地居住备案，备案后按参保地政策直接结算。已将办理步骤短信告知来信人。"),
    DemoTopic(
      kind: "complaint", section: "transport-roads", title: "道路坑洼多",
      text: "{place}到高速路口的县道坑洼不平，大车经过时石子乱飞，上个月已经有两辆摩托车摔倒。请尽快修补路面。",
      result: "该路段已列入本月小修保养计划，今日起分幅施工修补坑槽三十余处，预计五个工作日内完工。"),
    DemoTopic(
      kind: "suggestion", section: "police-traffic", title: "建议调整信号灯时长",
      text: "{place}路口南北方向绿灯只有十五秒，早高峰经常排队两三百米，老人过马路也走不完。建议延长绿灯并增设二次过街安全岛。",
      result: "经现场观测，已将早晚高峰南北向绿灯时长调整为二十八秒。二次过街安全岛已列入明年交通设施改造计划。"),
    DemoTopic(
      kind: "complaint", section: "housing-safety", title: "外墙瓷砖脱落",
      text: "{place}五号楼外墙瓷砖大片松动，昨天掉下来砸坏一辆汽车，幸好没有伤人。楼下就是幼儿园接送通道，情况非常危险，请立即处理。",
      result: "已当日设置警戒区并清除松动瓷砖，房屋安全鉴定机构已进场。修缮方案经业主同意后由应急维修资金支付。"),
    DemoTopic(
      kind: "question", section: "labour-wages", title: "灵活就业如何缴纳社保",
      text: "我在{place}做外卖骑手，没有单位。请问个人怎样参加职工养老保险？每月最低交多少？以前在外省交的年限能不能合并？",
      result: "灵活就业人员可持身份证在社保大厅或手机端参保，缴费基数可在规定范围内自选；外省缴费年限可办理转移接续后合并计算。"),
  ]

  static let places = [
    "滨河路阳光家园", "和平街十二号院", "建设路南段", "锦绣花园小区", "文昌巷", "解放路与振兴街", "东湖名邸", "铁路新村", "学府路", "北关市场",
    "梧桐苑小区", "胜利桥头", "民生里小区", "光明路中段", "翠竹园二期", "沿江大道", "老纺织厂家属院", "向阳小区", "城南客运站", "体育场北街",
  ]
  static let endings = [
    "请尽快派人核实处理，盼复。", "希望有关部门重视，谢谢！", "已经反映过多次，请给一个明确的答复。", "以上情况属实，可随时与我联系。", "请领导关心一下普通百姓的难处。",
  ]
  static let proposals = [
    "拟转{unit}核实办理，七个工作日内报送结果。", "来信反映问题具体，建议请{unit}现场核查后答复来信人。", "涉及群众日常生活，拟请{unit}主办，请领导批示。",
  ]
  static let instructions = [
    "同意。请{unit}抓紧核实，依法依规办理，并及时答复群众。", "请{unit}认真办理，举一反三，防止同类问题再次发生。", "请{unit}主要负责同志过问，限期办结。",
  ]
  static let junk = ("低价代开各类发票", "本公司长期代开住宿、餐饮、建材发票，票据真实可查，点数低，量大从优，需要的老板请联系。")
}
