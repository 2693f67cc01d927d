import WebKitchen

/// The pages that lift a lock.
let unlockTemplates = [
  "unlock": #"""
  <h1>{{t.unlockTitle}}</h1>
  {{> problems}}
  {{> demo}}
  <p>{{t.unlockText}}</p>
  <form id="typed" method="post" action="/unlock" autocomplete="off">
  <input type="hidden" name="csrf" value="{{csrf}}">
  <div class="field">
  <label for="code">{{t.codeNumberLabel}}</label>
  \#(fieldMessage("code"))
  <input type="text" id="code" name="code" value="{{code}}" autocapitalize="characters" spellcheck="false"\#(fieldMarks("code"))>
  </div>
  <div class="field">
  <label for="phone">{{t.unlockPhoneLabel}}</label>
  \#(fieldMessage("phone"))
  <input class="short" type="tel" id="phone" name="phone" value="{{phone}}" autocomplete="tel-national"\#(fieldMarks("phone"))>
  </div>
  <div class="actions"><button type="submit">{{t.sendCode}}</button></div>
  </form>
  """#,
  "unlock-code": #"""
  <h1>{{t.unlockTitle}}</h1>
  {{> problems}}
  {{> demo}}
  <p id="unlock-sent">{{t.unlockSent}}</p>
  <form id="typed" method="post" action="/unlock/code">
  <input type="hidden" name="csrf" value="{{csrf}}">
  <div class="field">
  <label for="code">{{t.codeLabel}}</label>
  <p class="hint" id="code-hint">{{t.codeHint}}</p>
  \#(fieldMessage("code"))
  <input class="short" type="text" inputmode="numeric" id="code" name="code" value="{{code}}" autocomplete="one-time-code"\#(fieldMarks("code", hint: true))>
  </div>
  <div class="actions"><button type="submit">{{t.unlockDo}}</button><a href="/unlock">{{t.unlockAgain}}</a></div>
  </form>
  """#,
  "unlocked": #"""
  <h1>{{t.unlockTitle}}</h1>
  <p id="unlocked" class="good" role="status">{{t.unlocked}}</p>
  <p><a class="button" href="/lookup">{{t.lookupTitle}}</a></p>
  """#,
]
