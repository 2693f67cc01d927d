/// The pages of coming in and of who one is.
let sessionTemplates = [
  "login": #"""
  <h1>{{t.loginTitle}}</h1>
  <p>{{t.loginText}}</p>
  <dl class="facts">
  <dt>{{t.nameLabel}}</dt><dd id="login-name">{{name}}</dd>
  {{#unit}}<dt>{{t.unitLabel}}</dt><dd>{{unit}}</dd>{{/unit}}
  <dt>{{t.certificateLabel}}</dt><dd>{{fingerprint}}…</dd>
  </dl>
  <form method="post" action="/login">
  <input type="hidden" name="csrf" value="{{csrf}}">
  <input type="hidden" name="to" value="{{to}}">
  <div class="actions"><button type="submit" id="login">{{t.login}}</button></div>
  </form>
  """#,
  "me": #"""
  <h1>{{t.meTitle}}</h1>
  <dl class="facts">
  <dt>{{t.nameLabel}}</dt><dd id="my-name">{{name}}</dd>
  <dt>{{t.personLabel}}</dt><dd>{{person}}</dd>
  <dt>{{t.unitLabel}}</dt><dd id="my-unit">{{#unit}}{{unit}}{{/unit}}{{^unit}}{{t.none}}{{/unit}}</dd>
  <dt>{{t.rolesLabel}}</dt><dd id="my-roles">{{#roles}}{{roles}}{{/roles}}{{^roles}}{{t.none}}{{/roles}}</dd>
  <dt>{{t.mailboxesLabel}}</dt><dd>{{#mailboxes}}{{mailboxes}}{{/mailboxes}}{{^mailboxes}}{{t.none}}{{/mailboxes}}</dd>
  {{#standsIn}}<dt>{{t.standsInLabel}}</dt><dd>{{standsIn}}</dd>{{/standsIn}}
  <dt>{{t.lastLoginLabel}}</dt><dd id="last-login">{{#lastLogin}}{{lastLogin}}{{/lastLogin}}{{^lastLogin}}{{t.firstLogin}}{{/lastLogin}}</dd>
  <dt>{{t.certificateLabel}}</dt><dd>{{fingerprint}}</dd>
  </dl>
  <p class="hint">{{t.lastLoginHint}}</p>
  <p><a href="/me/keys">{{t.keysTitle}}</a></p>
  {{#canDelegate}}<p><a href="/delegation">{{t.delegationTitle}}</a></p>{{/canDelegate}}
  <div class="actions">
  <form method="post" action="/logout"><input type="hidden" name="csrf" value="{{csrf}}"><button type="submit" id="logout">{{t.logout}}</button></form>
  <form method="post" action="/logout-everywhere"><input type="hidden" name="csrf" value="{{csrf}}"><button class="plain" type="submit" id="logout-everywhere">{{t.logoutEverywhere}}</button></form>
  </div>
  """#,
  "ended": #"""
  <h1>{{t.endedTitle}}</h1>
  <p id="error" role="alert" class="error">{{t.endedText}}</p>
  {{#hasText}}<form id="typed" class="field" method="post" action="{{path}}">
  <label for="kept">{{t.endedKept}}</label>
  <textarea id="kept" name="text" rows="10" readonly>
  {{text}}</textarea>
  </form>{{/hasText}}
  <p><a class="button" href="/login">{{t.login}}</a></p>
  """#,
]
