import WebKitchen

/// The security officer's console.
let auditTemplates = [
  "audit-tabs": #"""
  <nav aria-label="{{t.auditTabs}}"><ul class="tabs">
  <li><a href="/audit/alerts">{{t.auditAlerts}}</a></li>
  <li><a href="/audit">{{t.auditOverview}}</a></li>
  <li><a href="/audit/entries">{{t.auditEntries}}</a></li>
  <li><a href="/audit/trail">{{t.auditTrail}}</a></li>
  <li><a href="/audit/checks">{{t.auditChecks}}</a></li>
  </ul></nav>
  """#,
  "audit-filter": #"""
  <div class="field"><label for="from">{{t.auditFrom}}</label>\#(fieldMessage("from"))<input type="text" id="from" name="from" value="{{from}}"\#(fieldMarks("from"))></div>
  <div class="field"><label for="to">{{t.auditTo}}</label>\#(fieldMessage("to"))<input type="text" id="to" name="to" value="{{to}}"\#(fieldMarks("to"))></div>
  <div class="field"><label for="zone">{{t.auditZone}}</label>
  <select id="zone" name="zone"><option value="">{{t.auditAny}}</option>
  {{#zones}}<option value="{{id}}"{{#chosen}} selected{{/chosen}}>{{id}}</option>
  {{/zones}}</select></div>
  <div class="field"><label for="peer">{{t.auditPeer}}</label><input type="text" id="peer" name="peer" value="{{peer}}"></div>
  <div class="field"><label for="kind">{{t.auditKind}}</label>
  <select id="kind" name="kind"><option value="">{{t.auditAny}}</option>
  {{#kinds}}<option value="{{id}}"{{#chosen}} selected{{/chosen}}>{{text}}</option>
  {{/kinds}}</select></div>
  <div class="field"><label for="code">{{t.auditCode}}</label><input type="text" id="code" name="code" value="{{code}}"></div>
  <div class="actions"><button type="submit" id="search">{{t.auditSearch}}</button></div>
  """#,
  "audit": #"""
  <h1>{{t.auditOverview}}</h1>
  {{> audit-tabs}}
  <p class="hint">{{t.auditHint}}</p>
  {{> problems}}
  {{#hasSearches}}<h2>{{t.searchesHeading}}</h2><ul id="searches">
  {{#searches}}<li><a href="/audit?{{query}}">{{name}}</a> <a class="button plain" href="/audit/searches/{{id}}/remove">{{t.remove}}… <span class="soft">{{name}}</span></a></li>
  {{/searches}}</ul>{{/hasSearches}}
  <form id="typed" class="box" method="get" action="/audit">
  {{> audit-filter}}
  </form>
  {{#isEmpty}}<p class="soft">{{t.auditNone}}</p>{{/isEmpty}}
  {{#hasHours}}<p><a href="/audit/entries?{{query}}">{{t.auditShowEntries}}</a></p>
  <table role="table" class="cards" id="hours">
  <thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">{{t.auditAt}}</th><th role="columnheader" scope="col">{{t.auditZone}}</th><th role="columnheader" scope="col">{{t.auditPeer}}</th><th role="columnheader" scope="col">{{t.auditKind}}</th><th role="columnheader" scope="col">{{t.auditCode}}</th><th role="columnheader" scope="col">{{t.auditCount}}</th><th role="columnheader" scope="col">{{t.auditMessages}}</th></tr></thead>
  <tbody role="rowgroup">
  {{#hours}}<tr role="row"><td role="cell" data-label="{{t.auditAt}}" class="tight">{{hour}}</td><td role="cell" data-label="{{t.auditZone}}">{{zone}}</td><td role="cell" data-label="{{t.auditPeer}}">{{#peer}}{{peer}}{{/peer}}</td><td role="cell" data-label="{{t.auditKind}}"><a href="/audit/entries?{{query}}">{{kind}}</a></td><td role="cell" data-label="{{t.auditCode}}">{{#code}}{{code}}{{/code}}</td><td role="cell" data-label="{{t.auditCount}}">{{count}}</td><td role="cell" data-label="{{t.auditMessages}}">{{#messages}}{{messages}}{{/messages}}</td></tr>
  {{/hours}}</tbody>
  </table>{{/hasHours}}
  <form class="box" method="post" action="/audit/searches">
  <input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="query" value="{{query}}">
  <div class="field"><label for="search-name">{{t.searchName}}</label>
  \#(fieldMessage("search-name"))
  <input type="text" id="search-name" name="name" value="{{nameTyped}}" maxlength="60" required\#(fieldMarks("search-name"))></div>
  <div class="actions"><button type="submit" id="save-search">{{t.searchSave}}</button></div>
  </form>
  """#,
  "audit-events": #"""
  <table role="table" class="cards" id="events">
  <thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">{{t.auditAt}}</th><th role="columnheader" scope="col">{{t.auditZone}}</th><th role="columnheader" scope="col">{{t.auditKind}}</th><th role="columnheader" scope="col">{{t.auditPeer}}</th><th role="columnheader" scope="col">{{t.auditCode}}</th><th role="columnheader" scope="col">{{t.auditPlace}}</th></tr></thead>
  <tbody role="rowgroup">
  {{#events}}<tr role="row"><td role="cell" data-label="{{t.auditAt}}" class="tight">{{at}}</td><td role="cell" data-label="{{t.auditZone}}">{{zone}}</td><td role="cell" data-label="{{t.auditKind}}">{{kind}}</td><td role="cell" data-label="{{t.auditPeer}}">{{#peer}}{{peer}}{{/peer}}</td><td role="cell" data-label="{{t.auditCode}}">{{#code}}{{code}}{{/code}}</td><td role="cell" data-label="{{t.auditPlace}}"><a href="{{path}}">{{place}}</a></td></tr>
  {{/events}}</tbody>
  </table>
  """#,
  "audit-entries": #"""
  <h1>{{t.auditEntries}}</h1>
  {{> audit-tabs}}
  {{> problems}}
  <form id="typed" class="box" method="get" action="/audit/entries">
  {{> audit-filter}}
  </form>
  {{#isEmpty}}<p class="soft">{{t.auditNone}}</p>{{/isEmpty}}
  {{#hasEvents}}{{> audit-events}}{{/hasEvents}}
  {{#isPaged}}<nav class="paging" aria-label="{{t.pages}}">
  {{#hasPrevious}}<a class="button plain" rel="prev" href="/audit/entries?{{query}}&amp;page={{previous}}">{{t.previousPage}}</a>{{/hasPrevious}}
  <span>{{t.pageNumber}}{{number}}</span>
  {{#hasNext}}<a class="button plain" rel="next" href="/audit/entries?{{query}}&amp;page={{next}}">{{t.nextPage}}</a>{{/hasNext}}
  </nav>{{/isPaged}}
  """#,
  "audit-entry": #"""
  <h1>{{t.auditEntry}} {{place}}</h1>
  {{> audit-tabs}}
  <p id="standing" {{#isProved}}class="note"{{/isProved}}{{^isProved}}class="error" role="alert"{{/isProved}}>{{standing}}</p>
  {{#isProved}}<h2>{{t.entryMembers}}</h2>
  <dl class="facts">{{#members}}<dt>{{name}}</dt><dd><bdi>{{value}}</bdi></dd>{{/members}}</dl>
  <h2>{{t.entryProof}}</h2>
  <p class="hint">{{t.entryProofHint}}</p>
  <pre id="proof" tabindex="0">{{proof}}</pre>
  <h2>{{t.entryBytes}}</h2>
  <pre id="bytes" tabindex="0">{{bytes}}</pre>
  <h2>{{t.entryKey}}</h2>
  <pre id="key" tabindex="0">{{key}}</pre>{{/isProved}}
  """#,
  "audit-trail": #"""
  <h1>{{t.auditTrail}}</h1>
  {{> audit-tabs}}
  <p class="hint">{{t.trailHint}}</p>
  <form id="typed" class="box" method="get" action="/audit/trail">
  <div class="field"><label for="number">{{t.trailNumber}}</label><input type="text" id="number" name="number" value="{{number}}" maxlength="32" required></div>
  <div class="actions"><button type="submit" id="search">{{t.auditSearch}}</button></div>
  </form>
  {{#isAsked}}{{^hasTrail}}<p id="none" role="status">{{t.trailNone}}</p>{{/hasTrail}}{{/isAsked}}
  {{#hasTrail}}<table role="table" class="cards" id="trail">
  <thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">{{t.auditAt}}</th><th role="columnheader" scope="col">{{t.auditZone}}</th><th role="columnheader" scope="col">{{t.auditKind}}</th><th role="columnheader" scope="col">{{t.auditPlace}}</th><th role="columnheader" scope="col">{{t.trailProof}}</th></tr></thead>
  <tbody role="rowgroup">
  {{#trail}}<tr role="row"><td role="cell" data-label="{{t.auditAt}}" class="tight">{{at}}</td><td role="cell" data-label="{{t.auditZone}}">{{zone}}</td><td role="cell" data-label="{{t.auditKind}}">{{kind}}{{#code}} <span class="soft">{{code}}</span>{{/code}}</td><td role="cell" data-label="{{t.auditPlace}}"><a href="{{path}}">{{place}}</a></td><td role="cell" data-label="{{t.trailProof}}"{{^isProved}} class="error"{{/isProved}}>{{standing}}</td></tr>
  {{/trail}}</tbody>
  </table>
  {{#canExport}}<form method="post" action="/audit/trail/evidence">
  <input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="number" value="{{number}}">
  <p class="hint" id="evidence-hint">{{t.evidenceHint}}</p>
  <div class="actions"><button type="submit" id="export" aria-describedby="evidence-hint">{{t.evidenceExport}}</button></div>
  </form>{{/canExport}}{{/hasTrail}}
  """#,
  "audit-alerts": #"""
  <h1>{{t.auditAlerts}}</h1>
  {{> audit-tabs}}
  <p>{{#isOpen}}<strong>{{t.alertsOpen}}</strong> · <a href="/audit/alerts?show=acknowledged">{{t.alertsAcknowledged}}</a>{{/isOpen}}{{^isOpen}}<a href="/audit/alerts">{{t.alertsOpen}}</a> · <strong>{{t.alertsAcknowledged}}</strong>{{/isOpen}}</p>
  {{#isEmpty}}<p class="soft">{{t.alertsNone}}</p>{{/isEmpty}}
  {{> problems}}
  {{#hasAlerts}}<form id="typed" method="post" action="/audit/alerts">
  <input type="hidden" name="csrf" value="{{csrf}}">
  <table role="table" class="cards" id="alerts">
  <thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">{{t.auditAlert}}</th><th role="columnheader" scope="col">{{t.auditZone}}</th><th role="columnheader" scope="col">{{t.auditPeer}}</th><th role="columnheader" scope="col">{{t.auditCode}}</th><th role="columnheader" scope="col">{{t.auditCount}}</th><th role="columnheader" scope="col">{{t.alertFirst}}</th><th role="columnheader" scope="col">{{t.alertLast}}</th>{{#canSettle}}<th role="columnheader" scope="col">{{t.alertsChoose}}</th>{{/canSettle}}</tr></thead>
  <tbody role="rowgroup">
  {{#alerts}}<tr role="row" data-kind="{{kind}}"><td role="cell" data-label="{{t.auditAlert}}"><a href="/audit/alerts/{{id}}">{{title}}</a>{{#isAcknowledged}}<br><span class="soft">{{by}}，{{at}}：{{remark}}</span>{{/isAcknowledged}}</td><td role="cell" data-label="{{t.auditZone}}">{{zone}}</td><td role="cell" data-label="{{t.auditPeer}}">{{#peer}}{{peer}}{{/peer}}</td><td role="cell" data-label="{{t.auditCode}}">{{#code}}{{code}}{{/code}}</td><td role="cell" data-label="{{t.auditCount}}">{{count}}</td><td role="cell" data-label="{{t.alertFirst}}" class="tight">{{firstAt}}</td><td role="cell" data-label="{{t.alertLast}}" class="tight">{{lastAt}}</td>{{#canSettle}}<td role="cell" data-label="{{t.alertsChoose}}"><label class="tick"><input type="checkbox" name="alert-{{id}}" value="1"{{#chosen}} checked{{/chosen}}> <span class="soft">{{t.alertsChoose}} {{title}}</span></label></td>{{/canSettle}}</tr>
  {{/alerts}}</tbody>
  </table>
  {{#canSettle}}<div class="box">
  <div class="field"><label for="remark">{{t.alertRemark}}</label>
  <p class="hint" id="remark-hint">{{t.alertRemarkHint}}</p>
  \#(fieldMessage("remark"))
  <textarea id="remark" name="remark" rows="3" maxlength="500"\#(fieldMarks("remark", hint: true))>{{remarkTyped}}</textarea></div>
  <div class="actions"><button type="submit" id="acknowledge-chosen">{{t.alertsAcknowledge}}</button></div>
  </div>{{/canSettle}}
  </form>{{/hasAlerts}}
  {{#isPaged}}<nav class="paging" aria-label="{{t.pages}}">
  {{#hasPrevious}}<a class="button plain" rel="prev" href="/audit/alerts?show={{show}}&amp;page={{previous}}">{{t.previousPage}}</a>{{/hasPrevious}}
  <span>{{t.pageNumber}}{{number}}</span>
  {{#hasNext}}<a class="button plain" rel="next" href="/audit/alerts?show={{show}}&amp;page={{next}}">{{t.nextPage}}</a>{{/hasNext}}
  </nav>{{/isPaged}}
  """#,
  "audit-alert": #"""
  <h1>{{title}}</h1>
  {{> audit-tabs}}
  {{> problems}}
  <p class="hint">{{hint}}</p>
  <dl class="facts">
  <dt>{{t.auditZone}}</dt><dd>{{zone}}</dd>
  {{#peer}}<dt>{{t.auditPeer}}</dt><dd>{{peer}}</dd>{{/peer}}
  {{#code}}<dt>{{t.auditCode}}</dt><dd>{{code}}</dd>{{/code}}
  <dt>{{t.auditCount}}</dt><dd>{{count}}</dd>
  <dt>{{t.alertFirst}}</dt><dd>{{firstAt}}</dd>
  <dt>{{t.alertLast}}</dt><dd>{{lastAt}}</dd>
  {{#isAcknowledged}}<dt>{{t.alertBy}}</dt><dd>{{by}}，{{at}}</dd><dt>{{t.alertRemark}}</dt><dd id="remark-given">{{remark}}</dd>{{/isAcknowledged}}
  </dl>
  {{#hasEvents}}<h2>{{t.alertEntries}}</h2>{{> audit-events}}{{/hasEvents}}
  {{#canExport}}<form method="post" action="/audit/alerts/{{id}}/evidence">
  <input type="hidden" name="csrf" value="{{csrf}}">
  <p class="hint" id="evidence-hint">{{t.evidenceHint}}</p>
  <div class="actions"><button class="plain" type="submit" id="export" aria-describedby="evidence-hint">{{t.evidenceExport}}</button></div>
  </form>{{/canExport}}
  {{#canSettle}}<form id="typed" class="box" method="post" action="/audit/alerts/{{id}}/acknowledge">
  <input type="hidden" name="csrf" value="{{csrf}}">
  <div class="field"><label for="remark">{{t.alertRemark}}</label>
  <p class="hint" id="remark-hint">{{t.alertRemarkHint}}</p>
  \#(fieldMessage("remark"))
  <textarea id="remark" name="remark" rows="4" maxlength="500" required\#(fieldMarks("remark", hint: true))>{{remarkTyped}}</textarea></div>
  <div class="actions"><button type="submit" id="acknowledge">{{t.alertAcknowledge}}</button></div>
  </form>{{/canSettle}}
  """#,
  "audit-checks": #"""
  <h1>{{t.auditChecks}}</h1>
  {{> audit-tabs}}
  <p class="hint">{{t.checksHint}}</p>
  {{#canSettle}}<form method="post" action="/audit/checks">
  <input type="hidden" name="csrf" value="{{csrf}}">
  <div class="actions"><button type="submit" id="check-now">{{t.checkNow}}</button></div>
  </form>{{/canSettle}}
  {{#isEmpty}}<p class="soft">{{t.checksNone}}</p>{{/isEmpty}}
  {{#hasChecks}}<table role="table" class="cards" id="checks">
  <thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">{{t.auditAt}}</th><th role="columnheader" scope="col">{{t.checkLog}}</th><th role="columnheader" scope="col">{{t.checkSize}}</th><th role="columnheader" scope="col">{{t.checkWitnessedHeading}}</th><th role="columnheader" scope="col">{{t.checkResult}}</th></tr></thead>
  <tbody role="rowgroup">
  {{#checks}}<tr role="row"><td role="cell" data-label="{{t.auditAt}}" class="tight">{{at}}</td><td role="cell" data-label="{{t.checkLog}}">{{log}}</td><td role="cell" data-label="{{t.checkSize}}">{{size}}</td><td role="cell" data-label="{{t.checkWitnessedHeading}}">{{witnessed}}</td><td role="cell" data-label="{{t.checkResult}}"{{^isGood}} class="error"{{/isGood}}>{{#isGood}}{{t.checkGood}}{{#unseen}}{{unseen}}{{/unseen}}{{/isGood}}{{^isGood}}{{t.checkBad}}{{fault}}{{/isGood}}</td></tr>
  {{/checks}}</tbody>
  </table>{{/hasChecks}}
  """#,
]
