import WebKitchen

/// The administrator's pages of units, mailboxes and imports.
let officeTemplates = [
  "unit-fields": #"""
  <div class="field">
  <label for="name">{{t.unitNameLabel}}</label>
  \#(fieldMessage("name"))
  <input type="text" id="name" name="name" value="{{name}}" required\#(fieldMarks("name"))>
  </div>
  <div class="field">
  <label for="english">{{t.unitEnglishLabel}}</label>
  <input type="text" id="english" name="english" value="{{english}}">
  </div>
  <div class="field">
  <label for="parent">{{t.unitParentLabel}}</label>
  \#(fieldMessage("parent"))
  <select id="parent" name="parent"\#(fieldMarks("parent"))>
  <option value="">{{t.unitTop}}</option>
  {{#choices}}<option value="{{id}}"{{#chosen}} selected{{/chosen}}>{{text}}</option>
  {{/choices}}</select>
  </div>
  """#,
  "confirm": #"""
  <h1>{{question}}</h1>
  <p id="confirm-object"><strong>{{object}}</strong></p>
  <p>{{consequence}}</p>
  <form method="post" action="{{action}}">
  <input type="hidden" name="csrf" value="{{csrf}}">
  {{#field}}<input type="hidden" name="{{field}}" value="{{value}}">{{/field}}
  <div class="actions"><button class="danger" type="submit" id="confirm">{{verb}}</button><a class="button plain" href="{{back}}">{{t.keep}}</a></div>
  </form>
  """#,
  "units": #"""
  <h1>{{t.navUnits}}</h1>
  {{> problems}}
  {{#isEmpty}}<p class="soft">{{t.unitsEmpty}}</p>{{/isEmpty}}
  {{#hasUnits}}<table class="cards">
  <thead><tr><th scope="col">{{t.unitNameLabel}}</th><th scope="col">{{t.unitIdentifierLabel}}</th><th scope="col">{{t.unitLevelLabel}}</th></tr></thead>
  <tbody>
  {{#units}}<tr><td>{{indent}}<a href="/units/{{id}}">{{name}}</a></td><td>{{id}}</td><td>{{level}}</td></tr>
  {{/units}}</tbody>
  </table>{{/hasUnits}}
  {{#canChange}}<form id="typed" class="box" method="post" action="/units">
  <input type="hidden" name="csrf" value="{{csrf}}">
  <h2>{{t.unitAddHeading}}</h2>
  <div class="field">
  <label for="identifier">{{t.unitIdentifierLabel}}</label>
  <p class="hint" id="identifier-hint">{{t.unitIdentifierHint}}</p>
  \#(fieldMessage("identifier"))
  <input type="text" id="identifier" name="identifier" value="{{identifier}}" required\#(fieldMarks("identifier", hint: true))>
  </div>
  {{> unit-fields}}
  <div class="actions"><button type="submit" id="add-unit">{{t.add}}</button></div>
  </form>{{/canChange}}
  """#,
  "unit": #"""
  <h1>{{t.unitTitle}}</h1>
  {{> problems}}
  <dl class="facts"><dt>{{t.unitIdentifierLabel}}</dt><dd>{{id}}</dd><dt>{{t.unitNameLabel}}</dt><dd>{{name}}</dd></dl>
  <p><a href="/people?unit={{id}}">{{t.unitPeople}}</a></p>
  {{#canChange}}<form id="typed" class="box" method="post" action="/units/{{id}}">
  <input type="hidden" name="csrf" value="{{csrf}}">
  <h2>{{t.change}}</h2>
  {{> unit-fields}}
  <div class="actions"><button type="submit" id="change-unit">{{t.save}}</button></div>
  </form>
  <p class="hint" id="remove-hint">{{t.unitRemoveHint}}</p>
  <div class="actions"><a class="button danger" id="remove" href="/units/{{id}}/remove" aria-describedby="remove-hint">{{t.remove}}…</a></div>{{/canChange}}
  """#,
  "mailboxes": #"""
  <h1>{{t.navMailboxes}}</h1>
  {{> problems}}
  <p class="hint">{{t.mailboxesHint}}</p>
  <ul class="list">
  {{#mailboxes}}<li>
  <strong>{{name}}</strong> <span class="soft">{{id}}</span>
  <p>{{t.mailboxPeople}}{{#people}}{{people}}{{/people}}{{^people}}{{t.none}}{{/people}}</p>
  {{^canChange}}<p>{{t.mailboxUnit}}{{#unit}}{{unit}}{{/unit}}{{^unit}}{{t.none}}{{/unit}}</p>{{/canChange}}
  {{#canChange}}<form method="post" action="/mailboxes/{{id}}">
  <input type="hidden" name="csrf" value="{{csrf}}">
  <div class="field">
  <label for="unit-{{id}}">{{t.mailboxUnit}}{{name}}</label>
  <select id="unit-{{id}}" name="unit">
  <option value="">{{t.none}}</option>
  {{#choices}}<option value="{{id}}"{{#chosen}} selected{{/chosen}}>{{text}}</option>
  {{/choices}}</select>
  </div>
  <div class="actions"><button class="plain" type="submit">{{t.save}}<span class="hidden"> {{name}}</span></button></div>
  </form>{{/canChange}}
  </li>
  {{/mailboxes}}</ul>
  """#,
  "import": #"""
  <h1>{{t.navImport}}</h1>
  {{> problems}}
  {{#isDone}}<div class="good" role="status"><p id="import-done">{{t.importDone}}</p><p>{{summary}}</p></div>{{/isDone}}
  {{#isChecked}}<form class="good" method="post" action="/import">
  <input type="hidden" name="csrf" value="{{csrf}}">
  <p id="import-checked" role="status">{{t.importChecked}}</p><p>{{summary}}</p>
  <div class="actions"><button type="submit" id="import-take">{{t.importTake}}</button></div>
  </form>{{/isChecked}}
  {{#hasErrors}}<ol class="list" id="import-errors">
  {{#errors}}<li>{{line}} {{text}}{{#detail}} <span class="soft"><bdi>{{detail}}</bdi></span>{{/detail}}</li>
  {{/errors}}</ol>{{/hasErrors}}
  <form id="typed" class="box" method="post" action="/import/check" enctype="multipart/form-data">
  <input type="hidden" name="csrf" value="{{csrf}}">
  <h2>{{t.importHeading}}</h2>
  <p class="hint">{{t.importHint}}</p>
  <fieldset class="field" role="radiogroup"\#(fieldMarks("kind-units"))>
  <legend>{{t.importKind}}</legend>
  \#(fieldMessage("kind-units"))
  {{#kinds}}<label class="choice" for="kind-{{id}}"><input type="radio" id="kind-{{id}}" name="kind" value="{{id}}"{{#isFirst}} checked{{/isFirst}}>{{text}} <code>{{columns}}</code></label>
  {{/kinds}}</fieldset>
  <div class="field">
  <label for="table">{{t.importFile}}</label>
  \#(fieldMessage("table"))
  <input type="file" id="table" name="table" accept=".csv,text/csv" required\#(fieldMarks("table"))>
  </div>
  <div class="actions"><button type="submit" id="import-check">{{t.importCheck}}</button></div>
  </form>
  """#,
]
