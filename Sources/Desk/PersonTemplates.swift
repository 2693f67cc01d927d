import WebKitchen

/// The administrator's pages of people, and delegation.
let personTemplates = [
  "people": #"""
  <h1>{{t.navPeople}}</h1>
  <form id="typed" class="box" method="get" action="/people" role="search">
  <div class="field">
  <label for="search">{{t.searchLabel}}</label>
  <input type="search" id="search" name="search" value="{{search}}">
  </div>
  <div class="field">
  <label for="unit">{{t.unitLabel}}</label>
  <select id="unit" name="unit">
  <option value="">{{t.allUnits}}</option>
  {{#choices}}<option value="{{id}}"{{#chosen}} selected{{/chosen}}>{{text}}</option>
  {{/choices}}</select>
  </div>
  <div class="actions"><button type="submit">{{t.searchDo}}</button>{{#canChange}} <a class="button plain" href="/people/new">{{t.newPersonTitle}}</a>{{/canChange}}</div>
  </form>
  <p class="soft" role="status">{{t.peopleTotal}}{{total}}</p>
  {{#hasPeople}}<table class="cards">
  <thead><tr><th scope="col">{{t.nameLabel}}</th><th scope="col">{{t.personLabel}}</th><th scope="col">{{t.unitLabel}}</th><th scope="col">{{t.rolesLabel}}</th><th scope="col">{{t.lastLoginLabel}}</th></tr></thead>
  <tbody>
  {{#people}}<tr><td><a href="/people/{{id}}">{{name}}</a></td><td>{{id}}</td><td>{{#unit}}{{unit}}{{/unit}}</td><td>{{roles}}</td><td>{{#lastLogin}}{{lastLogin}}{{/lastLogin}}</td></tr>
  {{/people}}</tbody>
  </table>{{/hasPeople}}
  {{#isPaged}}<nav class="paging" aria-label="{{t.pages}}">
  {{#hasPrevious}}<a class="button plain" rel="prev" href="/people?{{{filter}}}&amp;page={{previous}}">{{t.previousPage}}</a>{{/hasPrevious}}
  <span>{{t.pageNumber}}{{number}}</span>
  {{#hasNext}}<a class="button plain" rel="next" href="/people?{{{filter}}}&amp;page={{next}}">{{t.nextPage}}</a>{{/hasNext}}
  </nav>{{/isPaged}}
  """#,
  "person-fields": #"""
  <div class="field">
  <label for="name">{{t.nameLabel}}</label>
  \#(fieldMessage("name"))
  <input type="text" id="name" name="name" value="{{name}}" required\#(fieldMarks("name"))>
  </div>
  <div class="field">
  <label for="parent">{{t.unitLabel}}</label>
  \#(fieldMessage("parent"))
  <select id="parent" name="unit"\#(fieldMarks("parent"))>
  <option value="">{{t.none}}</option>
  {{#choices}}<option value="{{id}}"{{#chosen}} selected{{/chosen}}>{{text}}</option>
  {{/choices}}</select>
  </div>
  <fieldset class="field" id="roles" tabindex="-1"{{#wrong.roles}} aria-describedby="roles-error"{{/wrong.roles}}>
  <legend>{{t.rolesLabel}}</legend>
  \#(fieldMessage("roles"))
  <p class="hint">{{t.rolesHint}}</p>
  <div class="choices">
  {{#roles}}<label class="choice" for="role-{{id}}"><input type="checkbox" id="role-{{id}}" name="role-{{id}}" value="on"{{#chosen}} checked{{/chosen}}>{{text}}</label>
  {{/roles}}</div>
  </fieldset>
  <fieldset class="field" id="mailboxes" tabindex="-1"{{#wrong.mailboxes}} aria-describedby="mailboxes-error"{{/wrong.mailboxes}}>
  <legend>{{t.mailboxesLabel}}</legend>
  \#(fieldMessage("mailboxes"))
  <div class="choices">
  {{#mailboxes}}<label class="choice" for="mailbox-{{id}}"><input type="checkbox" id="mailbox-{{id}}" name="mailbox-{{id}}" value="on"{{#chosen}} checked{{/chosen}}>{{text}}</label>
  {{/mailboxes}}</div>
  </fieldset>
  """#,
  "new-person": #"""
  <h1>{{t.newPersonTitle}}</h1>
  {{> problems}}
  <form id="typed" class="box" method="post" action="/people">
  <input type="hidden" name="csrf" value="{{csrf}}">
  <div class="field">
  <label for="identifier">{{t.personLabel}}</label>
  <p class="hint" id="identifier-hint">{{t.personIdentifierHint}}</p>
  \#(fieldMessage("identifier"))
  <input type="text" id="identifier" name="identifier" value="{{id}}" required\#(fieldMarks("identifier", hint: true))>
  </div>
  {{> person-fields}}
  <div class="actions"><button type="submit" id="add-person">{{t.add}}</button></div>
  </form>
  """#,
  "person": #"""
  <h1><span id="person-name">{{name}}</span></h1>
  {{> problems}}
  <dl class="facts">
  <dt>{{t.personLabel}}</dt><dd>{{id}}</dd>
  <dt>{{t.unitLabel}}</dt><dd>{{#unit}}{{unit}}{{/unit}}{{^unit}}{{t.none}}{{/unit}}</dd>
  <dt>{{t.rolesLabel}}</dt><dd id="person-roles">{{#roleNames}}{{roleNames}}{{/roleNames}}{{^roleNames}}{{t.none}}{{/roleNames}}</dd>
  <dt>{{t.mailboxesLabel}}</dt><dd>{{#mailboxNames}}{{mailboxNames}}{{/mailboxNames}}{{^mailboxNames}}{{t.none}}{{/mailboxNames}}</dd>
  <dt>{{t.lastLoginLabel}}</dt><dd>{{#lastLogin}}{{lastLogin}}{{/lastLogin}}{{^lastLogin}}{{t.never}}{{/lastLogin}}</dd>
  </dl>
  {{#isOneself}}<p class="note">{{t.oneselfNote}}</p>{{/isOneself}}
  <h2>{{t.certificatesHeading}}</h2>
  {{^hasCertificates}}<p class="soft">{{t.none}}</p>{{/hasCertificates}}
  {{#hasCertificates}}<ul class="list">
  {{#certificates}}<li><code>{{fingerprint}}</code>
  {{#canChange}}<p><a class="button danger" href="/people/{{owner}}/certificates/{{fingerprint}}/remove">{{t.certificateRemove}}…</a></p>{{/canChange}}</li>
  {{/certificates}}</ul>{{/hasCertificates}}
  <h2>{{t.keysTitle}}</h2>
  {{^hasKeys}}<p class="soft">{{t.none}}</p>{{/hasKeys}}
  {{> keys}}
  {{#hasForm}}<form id="typed" method="post" action="{{formAction}}">
  <input type="hidden" name="csrf" value="{{csrf}}">{{/hasForm}}
  {{#canChange}}<div class="box">
  <div class="field">
  <label for="fingerprint">{{t.certificateLabel}}</label>
  <p class="hint" id="fingerprint-hint">{{t.certificateHint}}</p>
  \#(fieldMessage("fingerprint"))
  <input type="text" id="fingerprint" name="fingerprint" value="{{fingerprintTyped}}" autocomplete="off"\#(fieldMarks("fingerprint", hint: true))>
  </div>
  <div class="actions"><button type="submit" id="add-certificate" formaction="/people/{{id}}/certificates">{{t.certificateAdd}}</button>{{#canOffer}}<button class="plain" type="submit" id="offer-enrolment" formaction="/people/{{id}}/enrolment" formnovalidate>{{t.enrolOffer}}</button>{{/canOffer}}</div>
  </div>
  <div class="box">
  <h2>{{t.change}}</h2>
  {{> person-fields}}
  <div class="actions"><button type="submit" id="change-person" formaction="/people/{{id}}">{{t.save}}</button></div>
  </div>{{/canChange}}
  {{#canDelegate}}{{> delegations}}{{/canDelegate}}
  {{#hasForm}}</form>{{/hasForm}}
  {{#canChange}}<div class="actions">
  <form method="post" action="/people/{{id}}/log-out"><input type="hidden" name="csrf" value="{{csrf}}"><button class="plain" type="submit" id="log-out">{{t.logOutPerson}}</button></form>
  <a class="button danger" id="remove" href="/people/{{id}}/remove">{{t.removePerson}}…</a>
  </div>{{/canChange}}
  """#,
  "delegation": #"""
  <h1>{{t.delegationTitle}}</h1>
  {{> problems}}
  <form id="typed" method="post" action="/people/{{id}}/delegation">
  <input type="hidden" name="csrf" value="{{csrf}}">
  {{> delegations}}
  </form>
  """#,
  "delegations": #"""
  <h2>{{t.delegationsHeading}}</h2>
  {{^hasDelegations}}<p class="soft">{{t.none}}</p>{{/hasDelegations}}
  {{#hasDelegations}}<ul class="list" id="delegations">
  {{#delegations}}<li>{{person}} → {{delegate}} <span class="soft">{{from}} – {{until}}</span>
  {{#isGiven}}<p><a class="button danger" href="/people/{{giver}}/delegation/{{delegation}}/end">{{t.delegationEnd}}…</a></p>{{/isGiven}}</li>
  {{/delegations}}</ul>{{/hasDelegations}}
  {{^hasDelegates}}<p class="note">{{t.delegationNobody}}</p>{{/hasDelegates}}
  {{#hasDelegates}}<div class="box">
  <h3>{{t.delegationAdd}}</h3>
  <p class="hint">{{t.delegationHint}}</p>
  <div class="field">
  <label for="delegate">{{t.delegateLabel}}</label>
  \#(fieldMessage("delegate"))
  <select id="delegate" name="delegate" required\#(fieldMarks("delegate"))>
  {{#delegates}}<option value="{{id}}"{{#chosen}} selected{{/chosen}}>{{name}} ({{id}})</option>
  {{/delegates}}</select>
  </div>
  <div class="field">
  <label for="from">{{t.delegationFrom}}</label>
  <input class="short" type="date" id="from" name="from" value="{{fromTyped}}">
  </div>
  <div class="field">
  <label for="until">{{t.delegationUntil}}</label>
  \#(fieldMessage("until"))
  <input class="short" type="date" id="until" name="until" value="{{untilTyped}}"\#(fieldMarks("until"))>
  </div>
  <div class="actions"><button type="submit" id="delegate-add" formaction="/people/{{id}}/delegation">{{t.delegationDo}}</button></div>
  </div>{{/hasDelegates}}
  """#,
]
