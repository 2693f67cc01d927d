import WebKitchen

/// The desk's pages.
let deskTemplates = [
  outcomeTemplates, sessionTemplates, officeTemplates, personTemplates, actTemplates, enrolmentTemplates, keyTemplates,
  auditTemplates,
].reduce(letterTemplates) { all, more in all.merging(more) { own, _ in own } }

private let letterTemplates = [
  "late": #"""
  {{#late}}<p id="link-late" class="note" role="status">{{late}}</p>{{/late}}
  """#,
  "folder": #"""
  <h1>{{heading}}</h1>
  <p class="soft">{{t.signedInAs}}{{handler}}</p>
  {{> late}}
  <nav aria-label="{{t.folders}}"><ul class="tabs">
  {{#tabs}}<li><a href="{{path}}"{{#current}} aria-current="page"{{/current}}>{{text}} ({{count}})</a></li>
  {{/tabs}}</ul></nav>
  {{#isEmpty}}<p class="soft">{{t.folderEmpty}}</p>{{/isEmpty}}
  {{#hasLetters}}<table class="cards">
  <thead><tr><th scope="col">{{t.columnNumber}}</th><th scope="col">{{t.columnTitle}}</th><th scope="col">{{t.columnMailbox}}</th><th scope="col">{{t.columnKind}}</th><th scope="col">{{t.columnStage}}</th><th scope="col">{{t.columnAccepted}}</th></tr></thead>
  <tbody>
  {{#letters}}<tr><td class="tight">{{number}}</td><td><a href="/letters/{{number}}">{{letterTitle}}</a>{{#attachments}} <span class="soft">{{t.withAttachments}} {{attachments}}</span>{{/attachments}}</td><td>{{mailbox}}</td><td>{{kind}}</td><td><span class="stage" data-stage="{{stage}}">{{stageText}}</span>{{#isRefused}} <span class="stage" data-stage="refused">{{t.deliveryRefused}}</span>{{/isRefused}}</td><td class="tight">{{acceptedAt}}</td></tr>
  {{/letters}}</tbody>
  </table>{{/hasLetters}}
  {{> paging}}
  """#,
  "letter": #"""
  <h1><span id="letter-number">{{number}}</span> <span id="letter-title">{{letterTitle}}</span></h1>
  <p id="letter-stage" class="stage" data-stage="{{stage}}">{{stageText}}</p>
  {{> problems}}
  <p class="soft">{{t.signedInAs}}{{handler}}</p>
  {{> late}}
  {{#refusal}}<div id="outcome-refusal" class="error" role="alert"><p>{{refusal}}</p><p>{{t.refusedCall}}</p></div>{{/refusal}}
  <dl class="facts">
  <dt>{{t.columnMailbox}}</dt><dd>{{mailbox}}</dd>
  <dt>{{t.columnKind}}</dt><dd>{{kind}}</dd>
  <dt>{{t.columnAccepted}}</dt><dd>{{acceptedAt}}</dd>
  <dt>{{t.phoneLabel}}</dt><dd>{{phone}}</dd>
  <dt>{{t.mailLabel}}</dt><dd>{{#mail}}{{mail}}{{/mail}}{{^mail}}{{t.none}}{{/mail}}</dd>
  <dt>{{t.publishLabel}}</dt><dd>{{publish}}</dd>
  </dl>
  <h2>{{t.textHeading}}</h2>
  <div id="letter-text" class="box written">{{text}}</div>
  <h2>{{t.filesHeading}}</h2>
  {{^hasAttachments}}<p class="soft">{{t.none}}</p>{{/hasAttachments}}
  {{#hasAttachments}}<p class="hint">{{t.filesWarning}}</p>
  <ul class="files">
  {{#attachments}}<li><a href="/letters/{{number}}/attachments/{{index}}" download><bdi>{{name}}</bdi></a> <span class="soft">{{type}}, {{size}}</span></li>
  {{/attachments}}</ul>{{/hasAttachments}}
  {{#hasOutcome}}<h2>{{outcomeHeading}}</h2>
  <div id="letter-outcome" class="box written">{{outcome}}</div>
  <dl class="facts">
  <dt>{{t.visibilityLabel}}</dt><dd>{{visibility}}</dd>
  <dt>{{t.deliveryLabel}}</dt><dd>{{delivery}}{{#outcomeLate}}<p id="outcome-late">{{outcomeLate}}</p>{{/outcomeLate}}</dd>
  <dt>{{t.noticeLabel}}</dt><dd>{{#notice}}{{notice}}{{/notice}}{{^notice}}{{t.none}}{{/notice}}</dd>
  </dl>{{/hasOutcome}}
  <h2>{{t.historyHeading}}</h2>
  {{> history}}
  {{#canSignFor}}<form class="box" method="post" action="/letters/{{number}}/sign-for"{{#signing}}{{> signed-form}}{{/signing}}>
  {{#signing}}{{> signing}}{{/signing}}
  <input type="hidden" name="csrf" value="{{csrf}}">
  <h2>{{t.signForHeading}}</h2>
  <p>{{t.signForText}}</p>
  {{#signing}}{{> signs-hint}}{{/signing}}
  <div class="actions"><button type="submit" id="sign-for">{{t.signFor}}</button></div>
  </form>{{/canSignFor}}
  {{#canSettle}}{{> outcome-form}}{{/canSettle}}
  """#,
]
