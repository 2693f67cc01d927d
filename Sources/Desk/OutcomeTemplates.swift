import WebKitchen

/// How a letter ends: the form, the page that checks it, and the pages of what stood in the way.
let outcomeTemplates = [
  "history": #"""
  <ol class="timeline">
  {{#events}}<li class="past"><span class="standing">{{t.standing-done}}</span> {{text}} · {{who}}<time>{{at}}</time></li>
  {{/events}}{{#current}}<li aria-current="step"><span class="standing">{{t.standing-current}}</span> {{current}}</li>
  {{/current}}{{#coming}}<li><span class="standing">{{t.standing-coming}}</span> {{t.coming-outcome}}</li>
  {{/coming}}</ol>
  """#,
  // One form for both ends, so that neither an error nor the other language loses what is in the other's field.
  "outcome-form": #"""
  <form id="typed" class="box" method="post" action="/letters/{{number}}/{{#canAnswer}}answer{{/canAnswer}}{{^canAnswer}}decline{{/canAnswer}}/check">
  <input type="hidden" name="csrf" value="{{csrf}}">
  {{#canAnswer}}<h2>{{t.answerFormHeading}}</h2>
  <div class="field">
  <label for="text">{{t.answerLabel}}</label>
  <p class="hint" id="text-hint">{{t.answerHint}}</p>
  \#(fieldMessage("text"))
  <textarea id="text" name="text" rows="10"\#(fieldMarks("text", hint: true))>
  {{answer}}</textarea>
  </div>
  <fieldset class="field" role="radiogroup"\#(fieldMarks("visibility-private"))>
  <legend>{{t.visibilityLabel}}</legend>
  \#(fieldMessage("visibility-private"))
  {{^mayPublish}}<p class="hint">{{t.publishNo}}</p>{{/mayPublish}}
  {{#mayPublish}}<label class="choice" for="visibility-public"><input type="radio" id="visibility-public" name="visibility" value="public"{{#isPublic}} checked{{/isPublic}}>{{t.visibilityPublic}}</label>{{/mayPublish}}
  <label class="choice" for="visibility-private"><input type="radio" id="visibility-private" name="visibility" value="private"{{^isPublic}} checked{{/isPublic}}>{{t.visibilityPrivate}}</label>
  </fieldset>
  <div class="actions"><button type="submit" id="check-answer">{{t.checkAnswer}}</button></div>{{/canAnswer}}
  {{#canDecline}}<details{{#isDeclining}} open{{/isDeclining}}>
  <summary>{{t.declineFormHeading}}</summary>
  <div class="field">
  <label for="reason">{{t.reasonLabel}}</label>
  <p class="hint" id="reason-hint">{{t.reasonHint}}</p>
  \#(fieldMessage("reason"))
  <textarea id="reason" name="reason" rows="5"\#(fieldMarks("reason", hint: true))>
  {{reason}}</textarea>
  </div>
  <div class="actions"><button class="danger" type="submit" id="check-decline" formaction="/letters/{{number}}/decline/check">{{t.checkDecline}}</button></div>
  </details>{{/canDecline}}
  </form>
  """#,
  "outcome-check": #"""
  <h1>{{#isAnswer}}{{t.checkAnswerTitle}}{{/isAnswer}}{{^isAnswer}}{{t.checkDeclineTitle}}{{/isAnswer}}</h1>
  <p>{{t.checkOutcomeLead}}</p>
  <dl class="facts">
  <dt>{{t.columnNumber}}</dt><dd id="letter-number">{{number}}</dd>
  <dt>{{t.columnTitle}}</dt><dd>{{letterTitle}}</dd>
  {{#isAnswer}}<dt>{{t.visibilityLabel}}</dt><dd>{{#isPublic}}{{t.visibilityPublic}}{{/isPublic}}{{^isPublic}}{{t.visibilityPrivate}}{{/isPublic}}</dd>{{/isAnswer}}
  </dl>
  <section class="box" id="citizen-sees" aria-labelledby="citizen-heading">
  <h2 id="citizen-heading">{{t.citizenSees}}</h2>
  <p class="stage" data-stage="{{outcomeStage}}">{{outcomeStageText}}</p>
  <h3>{{outcomeHeading}}</h3>
  <div class="written">{{outcome}}</div>
  <p class="soft">{{#isPublic}}{{t.citizenPublished}}{{/isPublic}}{{^isPublic}}{{t.citizenPrivate}}{{/isPublic}}</p>
  <h3>{{t.noticeLabel}}</h3>
  <p id="message">{{message}}</p>
  </section>
  {{#isPublic}}<section class="box" id="public-sees" aria-labelledby="public-heading">
  <h2 id="public-heading">{{t.publicSees}}</h2>
  <p class="note">{{t.publicWarning}}</p>
  <h3>{{letterTitle}}</h3>
  <p class="soft">{{mailbox}} · {{kind}} · {{number}} · {{acceptedAt}}</p>
  <div class="written">{{text}}</div>
  <h3>{{outcomeHeading}}</h3>
  <div class="written">{{outcome}}</div>
  </section>{{/isPublic}}
  {{^isPublic}}<p id="public-sees-nothing">{{t.publicSeesNothing}}</p>{{/isPublic}}
  <form method="post" action="{{path}}"{{#signing}}{{> signed-form}}{{/signing}}>
  {{#signing}}{{> signing}}{{/signing}}
  <input type="hidden" name="csrf" value="{{csrf}}">
  {{#isAnswer}}<input type="hidden" name="text" value="{{answer}}">
  <input type="hidden" name="visibility" value="{{visibilityValue}}">{{/isAnswer}}
  {{^isAnswer}}<input type="hidden" name="reason" value="{{reason}}">{{/isAnswer}}
  {{#signing}}{{> signs-hint}}{{/signing}}
  <div class="actions">{{#isAnswer}}<button type="submit" id="send-answer">{{t.sendAnswer}}</button>{{/isAnswer}}{{^isAnswer}}<button class="danger" type="submit" id="decline">{{t.decline}}</button>{{/isAnswer}}</div>
  </form>
  {{> back-to-form}}
  """#,
  "back-to-form": #"""
  <form id="typed" method="post" action="/letters/{{number}}/edit">
  {{> written}}
  <div class="actions"><button class="plain" type="submit" id="back">{{t.backToForm}}</button></div>
  </form>
  """#,
  "written": #"""
  <input type="hidden" name="csrf" value="{{csrf}}">
  <input type="hidden" name="text" value="{{answer}}">
  <input type="hidden" name="visibility" value="{{visibilityValue}}">
  <input type="hidden" name="reason" value="{{reason}}">
  """#,
  "what-was-written": #"""
  {{#hasAnswer}}<div class="field">
  <label for="kept">{{t.keptAnswer}}</label>
  <textarea id="kept" rows="10" readonly>
  {{answer}}</textarea>
  </div>{{/hasAnswer}}
  {{#hasReason}}<div class="field">
  <label for="kept-reason">{{t.keptReason}}</label>
  <textarea id="kept-reason" rows="5" readonly>
  {{reason}}</textarea>
  </div>{{/hasReason}}
  """#,
  "conflict": #"""
  <h1>{{t.wrongStageTitle}}</h1>
  <p id="error" role="alert" class="error">{{text}}</p>
  <dl class="facts">
  <dt>{{t.columnNumber}}</dt><dd id="letter-number">{{number}}</dd>
  <dt>{{t.columnTitle}}</dt><dd>{{letterTitle}}</dd>
  <dt>{{t.columnStage}}</dt><dd>{{stageText}}</dd>
  </dl>
  {{#isWritten}}<form id="typed" method="post" action="/letters/{{number}}/edit">
  {{> written}}
  {{> what-was-written}}
  </form>{{/isWritten}}
  {{#hasOutcome}}<h2>{{outcomeHeading}}</h2>
  <div id="letter-outcome" class="box written">{{outcome}}</div>{{/hasOutcome}}
  <h2>{{t.historyHeading}}</h2>
  {{> history}}
  <p><a class="button" href="/letters/{{number}}">{{t.openLetter}}</a></p>
  """#,
  "kept": #"""
  <h1>{{heading}}</h1>
  <p id="error" role="alert" class="error">{{text}}</p>
  {{> what-was-written}}
  {{#number}}{{#isWritten}}{{> back-to-form}}{{/isWritten}}
  {{^isWritten}}<p><a class="button plain" href="/letters/{{number}}">{{t.openLetter}}</a></p>{{/isWritten}}{{/number}}
  {{^number}}<p><a class="button plain" href="/">{{t.backHome}}</a></p>{{/number}}
  """#,
]

/// The texts of it.
let outcomeStrings = StringTable([
  .init("standing-done", "已完成", "Done"),
  .init("standing-current", "当前", "Now"),
  .init("standing-coming", "待进行", "To come"),
  .init("current-signed-for", "等待签收", "Waiting to be signed for"),
  .init("current-answered", "办理中", "Being handled"),
  .init("coming-outcome", "答复或不予受理", "An answer, or a decline"),
  .init("checkAnswer", "下一步：核对答复", "Continue: check the answer"),
  .init("checkDecline", "下一步：核对不予受理", "Continue: check the decline"),
  .init("checkAnswerTitle", "核对答复", "Check the answer"),
  .init("checkDeclineTitle", "核对不予受理", "Check the decline"),
  .init(
    "checkOutcomeLead", "尚未发出。请核对以下内容，发出后不能修改。",
    "Nothing has been sent yet. Please check what follows; it cannot be changed once sent."),
  .init("citizenSees", "来信人将看到", "What the author will see"),
  .init("citizenPublished", "本答复已公开。", "This answer is published."),
  .init("citizenPrivate", "本答复仅您本人可见。", "Only you can read this answer."),
  .init("publicSees", "公众将看到", "What the public will see"),
  .init(
    "publicWarning", "来信原文和答复将一并公布。联系方式和附件不公布；请核对正文中有无姓名、电话、住址等个人信息。",
    "The letter is published with the answer. Contact details and attachments are not; look for names, numbers and addresses in the text itself."
  ),
  .init("publicSeesNothing", "公众看不到来信和答复。", "The public sees neither the letter nor this."),
  .init("portalAddress", "（门户网址）", "(the portal's address)"),
  .init("backToForm", "返回修改", "Go back and change"),
  .init("keptAnswer", "您填写的答复（已保留）", "The answer that you wrote (kept)"),
  .init("keptReason", "您填写的理由（已保留）", "The reason that you wrote (kept)"),
  .init(
    "conflictText", "{0}已于{1}办理：{2}。您的这一步没有执行，您填写的内容没有丢失。",
    "{0} was quicker, at {1}: {2}. Your step was not taken, and nothing that you wrote is lost."),
  .init("openLetter", "查看来信", "Open the letter"),
])
