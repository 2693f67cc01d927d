import WebKitchen

/// The portal's pages.
let portalTemplates = homeTemplates.merging(unlockTemplates) { own, _ in own }

private let homeTemplates = [
  "steps": #"""
  <ol class="steps screen" aria-label="{{t.steps}}">
  <li{{#step1}} aria-current="step"{{/step1}}>{{t.step1}}</li>
  <li{{#step2}} aria-current="step"{{/step2}}>{{t.step2}}</li>
  <li{{#step3}} aria-current="step"{{/step3}}>{{t.step3}}</li>
  <li{{#step4}} aria-current="step"{{/step4}}>{{t.step4}}</li>
  </ol>
  """#,
  "demo": #"""
  {{#smsIsDemo}}<p class="note">{{t.demoSite}}</p>{{/smsIsDemo}}
  """#,
  "home": #"""
  <h1>{{t.homeTitle}}</h1>
  <p>{{t.homeLead}}</p>
  {{> demo}}
  <ul class="ways">
  <li><a href="/write"><strong>{{t.homeWrite}}</strong>{{t.homeWriteText}}</a></li>
  <li><a href="/lookup"><strong>{{t.homeLookup}}</strong>{{t.homeLookupText}}</a></li>
  <li><a href="/public"><strong>{{t.homePublic}}</strong>{{t.homePublicText}}</a></li>
  </ul>
  """#,
  "notice": #"""
  <h1>{{t.noticeTitle}}</h1>
  {{> steps}}
  {{> problems}}
  <div class="notice">
  <ol>
  <li>{{t.notice1}}</li>
  <li>{{t.notice2}}</li>
  <li>{{t.notice3}}</li>
  <li>{{t.notice4}}</li>
  <li>{{t.notice5}}</li>
  </ol>
  </div>
  <form id="typed" method="post" action="/write/notice">
  <input type="hidden" name="csrf" value="{{csrf}}">
  <div class="field">
  \#(fieldMessage("agree"))
  <label class="choice" for="agree"><input type="checkbox" id="agree" name="agree" value="yes"{{#agrees}} checked{{/agrees}}\#(fieldMarks("agree"))>{{t.agree}}</label>
  </div>
  <div class="actions"><button type="submit">{{t.next}}</button></div>
  </form>
  """#,
  "phone": #"""
  <h1>{{t.phoneTitle}}</h1>
  {{> steps}}
  {{> problems}}
  {{> demo}}
  <form id="typed" method="post" action="/write/phone">
  <input type="hidden" name="csrf" value="{{csrf}}">
  <div class="field">
  <label for="phone">{{t.phoneLabel}}</label>
  <p class="hint" id="phone-hint">{{t.phoneHint}}</p>
  \#(fieldMessage("phone"))
  <input class="short" type="tel" id="phone" name="phone" value="{{phone}}" autocomplete="tel-national"\#(fieldMarks("phone", hint: true))>
  </div>
  <div class="actions"><button type="submit">{{t.sendCode}}</button></div>
  </form>
  """#,
  "code": #"""
  <h1>{{t.codeTitle}}</h1>
  {{> steps}}
  {{> problems}}
  {{> demo}}
  {{#sentTo}}<p>{{t.codeSentTo}}<strong>{{sentTo}}</strong></p>{{/sentTo}}
  {{#isConfirmed}}<p class="good"><a href="/write/letter">{{t.codeConfirmed}}</a></p>{{/isConfirmed}}
  <form id="typed" method="post" action="/write/code">
  <input type="hidden" name="csrf" value="{{csrf}}">
  <div class="field">
  <label for="code">{{t.codeLabel}}</label>
  <p class="hint" id="code-hint">{{t.codeHint}}</p>
  \#(fieldMessage("code"))
  <input class="short" type="text" inputmode="numeric" id="code" name="code" value="{{code}}" autocomplete="one-time-code"\#(fieldMarks("code", hint: true))>
  </div>
  <div class="actions"><button type="submit">{{t.next}}</button><a href="/write/phone">{{t.codeAgain}}</a></div>
  </form>
  """#,
  "done": #"""
  <h1>{{t.doneTitle}}</h1>
  <p class="good">{{t.doneLead}}</p>
  <dl class="ticket">
  <dt>{{t.codeNumberLabel}}</dt><dd><output id="letter-code">{{code}}</output></dd>
  <dt>{{t.passwordLabel}}</dt><dd><output id="letter-password">{{password}}</output></dd>
  <dt>{{t.numberLabel}}</dt><dd><output id="letter-number">{{number}}</output></dd>
  <dt>{{t.acceptedLabel}}</dt><dd>{{acceptedAt}}</dd>
  </dl>
  <p>{{t.doneDelivery}}</p>
  <p>{{t.doneHow}}<strong>{{lookupURL}}</strong></p>
  <p class="soft">{{t.numberHint}}</p>
  <p class="soft screen">{{t.printHint}}{{t.leaveHint}}</p>
  <form class="screen" method="post" action="/leave">
  <input type="hidden" name="csrf" value="{{csrf}}">
  <div class="actions"><a class="button plain" href="/write">{{t.another}}</a><button class="danger" type="submit">{{t.leave}}</button></div>
  </form>
  """#,
  "leave": #"""
  <h1>{{t.leaveTitle}}</h1>
  <p>{{t.leaveText}}</p>
  <form method="post" action="/leave">
  <input type="hidden" name="csrf" value="{{csrf}}">
  <input type="hidden" name="sure" value="yes">
  <div class="actions"><button class="danger" type="submit" id="leave">{{t.leave}}</button><a class="button plain" href="{{back}}">{{t.stay}}</a></div>
  </form>
  """#,
  "lookup": #"""
  <h1>{{t.lookupTitle}}</h1>
  {{> problems}}
  <form id="typed" method="post" action="/lookup" autocomplete="off">
  <input type="hidden" name="csrf" value="{{csrf}}">
  <div class="field">
  <label for="code">{{t.codeNumberLabel}}</label>
  <p class="hint" id="code-hint">{{t.lookupCodeHint}}</p>
  \#(fieldMessage("code"))
  <input type="text" id="code" name="code" value="{{code}}" autocapitalize="characters" spellcheck="false"\#(fieldMarks("code", hint: true))>
  </div>
  <div class="field">
  <label for="password">{{t.passwordLabel}}</label>
  <p class="hint" id="password-hint">{{t.lookupPasswordHint}}</p>
  <input class="short" type="text" inputmode="numeric" id="password" name="password" value="{{password}}" aria-describedby="password-hint{{#wrong.code}} code-error{{/wrong.code}}"{{#wrong.code}} aria-invalid="true"{{/wrong.code}}>
  </div>
  <div class="actions"><button type="submit">{{t.lookupButton}}</button>{{#isLocked}} <a class="button plain" href="/unlock">{{t.unlockLink}}</a>{{/isLocked}}</div>
  </form>
  """#,
  "public": #"""
  <h1>{{t.publicTitle}}</h1>
  {{#isEmpty}}<p class="soft">{{t.publicEmpty}}</p>{{/isEmpty}}
  <ul class="list">
  {{#letters}}<li><a href="/public/{{number}}">{{letterTitle}}</a>
  <p class="soft">{{mailbox}} · {{kind}} · {{number}} · {{answeredAt}}</p></li>
  {{/letters}}</ul>
  {{> paging}}
  """#,
  "published": #"""
  <h1 id="letter-title">{{letterTitle}}</h1>
  <dl class="facts">
  <dt>{{t.numberLabel}}</dt><dd id="letter-number">{{number}}</dd>
  <dt>{{t.mailboxLabel}}</dt><dd>{{mailbox}}</dd>
  <dt>{{t.kindLabel}}</dt><dd>{{kind}}</dd>
  <dt>{{t.acceptedLabel}}</dt><dd>{{acceptedAt}}</dd>
  <dt>{{t.answeredLabel}}</dt><dd>{{answeredAt}}</dd>
  </dl>
  <div class="box written" id="letter-text">{{text}}</div>
  <h2>{{t.answerHeading}}</h2>
  <div class="box written" id="letter-outcome">{{answer}}</div>
  <p class="screen"><a class="button plain" href="/public">{{t.backToPublic}}</a></p>
  """#,
].merging(letterTemplates) { own, _ in own }
