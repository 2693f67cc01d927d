import WebKitchen

/// The pages that show a letter, to fill in, to check and to read again.
let letterTemplates = [
  "letter": #"""
  <h1>{{t.letterTitle}}</h1>
  {{> steps}}
  {{> problems}}
  <form id="typed" method="post" action="/write/letter" enctype="multipart/form-data">
  <input type="hidden" name="csrf" value="{{csrf}}">
  <div class="field">
  <label for="mailbox">{{t.mailboxLabel}}</label>
  \#(fieldMessage("mailbox"))
  <select id="mailbox" name="mailbox"\#(fieldMarks("mailbox"))>
  <option value="">{{t.mailboxChoose}}</option>
  {{#mailboxes}}<option value="{{id}}"{{#selected}} selected{{/selected}}>{{name}}</option>
  {{/mailboxes}}</select>
  </div>
  <fieldset class="field" role="radiogroup"\#(fieldMarks("kind-question"))>
  <legend>{{t.kindLabel}}</legend>
  \#(fieldMessage("kind-question"))
  <div class="choices">
  {{#kinds}}<label class="choice" for="kind-{{id}}"><input type="radio" id="kind-{{id}}" name="kind" value="{{id}}"{{#selected}} checked{{/selected}}>{{name}}</label>
  {{/kinds}}</div>
  </fieldset>
  <div class="field">
  <label for="title">{{t.titleLabel}}</label>
  <p class="hint" id="title-hint">{{titleHint}}</p>
  \#(fieldMessage("title"))
  <input type="text" id="title" name="title" value="{{letterTitle}}" autocomplete="off"\#(fieldMarks("title", hint: true))>
  </div>
  <div class="field">
  <label for="text">{{t.textLabel}}</label>
  <p class="hint" id="text-hint">{{textHint}}</p>
  \#(fieldMessage("text"))
  <textarea id="text" name="text" rows="12"\#(fieldMarks("text", hint: true))>
  {{text}}</textarea>
  </div>
  <fieldset class="field" role="radiogroup"\#(fieldMarks("publish-yes"))>
  <legend>{{t.publishLabel}}</legend>
  \#(fieldMessage("publish-yes"))
  <div class="choices">
  <label class="choice" for="publish-yes"><input type="radio" id="publish-yes" name="publish" value="yes"{{#publishYes}} checked{{/publishYes}}>{{t.publishYes}}</label>
  <label class="choice" for="publish-no"><input type="radio" id="publish-no" name="publish" value="no"{{#publishNo}} checked{{/publishNo}}>{{t.publishNo}}</label>
  </div>
  </fieldset>
  <div class="field">
  <label for="mail">{{t.mailLabel}}</label>
  \#(fieldMessage("mail"))
  <input type="text" inputmode="email" id="mail" name="mail" value="{{mail}}" autocomplete="email"\#(fieldMarks("mail"))>
  </div>
  {{#hasAttachments}}<fieldset class="field box">
  <legend>{{t.filesKept}}</legend>
  {{#attachments}}<label class="choice" for="remove-{{blob}}"><input type="checkbox" id="remove-{{blob}}" name="remove" value="{{blob}}">{{t.removeFile}} <bdi>{{name}}</bdi> ({{size}})</label>
  {{/attachments}}</fieldset>{{/hasAttachments}}
  <div class="field">
  <label for="attachment">{{t.filesLabel}}</label>
  <p class="hint" id="attachment-hint">{{filesHint}}</p>
  \#(fieldMessage("attachment"))
  <input type="file" id="attachment" name="attachment" multiple\#(fieldMarks("attachment", hint: true))>
  </div>
  <div class="actions"><button type="submit">{{t.toCheck}}</button></div>
  </form>
  """#,
  "lost": #"""
  <h1>{{t.forgedTitle}}</h1>
  <p id="error" role="alert" class="error">{{t.lostText}}</p>
  <form id="typed" method="post" action="/write/letter" enctype="multipart/form-data">
  <div class="field">
  <label for="title">{{t.titleLabel}}</label>
  <input type="text" id="title" name="title" readonly value="{{letterTitle}}">
  </div>
  <div class="field">
  <label for="text">{{t.textLabel}}</label>
  <textarea id="text" name="text" rows="12" readonly>
  {{text}}</textarea>
  </div>
  </form>
  <div class="actions"><a class="button" href="/write">{{t.startAgain}}</a></div>
  """#,
  "files": #"""
  {{#hasAttachments}}<ul class="files">{{#attachments}}<li><bdi>{{name}}</bdi> ({{size}})</li>{{/attachments}}</ul>{{/hasAttachments}}{{^hasAttachments}}{{t.none}}{{/hasAttachments}}
  """#,
  "check": #"""
  <h1>{{t.checkTitle}}</h1>
  {{> steps}}
  {{> problems}}
  <p>{{t.checkLead}}</p>
  <dl class="facts">
  <dt>{{t.mailboxLabel}}</dt><dd>{{mailbox}}</dd>
  <dt>{{t.kindLabel}}</dt><dd>{{kind}}</dd>
  <dt>{{t.titleLabel}}</dt><dd>{{letterTitle}}</dd>
  <dt>{{t.textLabel}}</dt><dd class="written">{{text}}</dd>
  <dt>{{t.publishLabel}}</dt><dd>{{publish}}</dd>
  <dt>{{t.phoneShown}}</dt><dd>{{phone}}</dd>
  <dt>{{t.mailShown}}</dt><dd>{{#mail}}{{mail}}{{/mail}}{{^mail}}{{t.none}}{{/mail}}</dd>
  <dt>{{t.filesShown}}</dt><dd>{{> files}}</dd>
  </dl>
  <form method="post" action="/write/send">
  <input type="hidden" name="csrf" value="{{csrf}}">
  <div class="actions"><button type="submit" id="send">{{t.send}}</button><a class="button plain" href="/write/letter">{{t.change}}</a></div>
  </form>
  """#,
  "read": #"""
  <h1>{{t.readTitle}} <span id="letter-number">{{number}}</span></h1>
  <p id="letter-stage" class="stage" data-stage="{{stage}}">{{stageText}}</p>
  {{#stageMeans}}<p id="stage-means" class="soft">{{stageMeans}}</p>{{/stageMeans}}
  {{#late}}<p id="link-late" class="note">{{late}}</p>{{/late}}
  {{#refusal}}<div id="letter-refusal" class="error" role="alert"><p>{{refusal}}</p><p>{{t.refusedCall}}</p></div>{{/refusal}}
  <h2>{{t.stageLabel}}</h2>
  <ol class="timeline">
  {{#timeline}}<li{{#past}} class="past"{{/past}}{{#current}} aria-current="step"{{/current}}><span class="standing">{{standing}}</span> {{text}}{{#at}}<time>{{at}}</time>{{/at}}</li>
  {{/timeline}}</ol>
  {{^refusal}}<h2>{{#isDeclined}}{{t.declineHeading}}{{/isDeclined}}{{^isDeclined}}{{t.answerHeading}}{{/isDeclined}}</h2>
  {{^hasOutcome}}<p class="soft">{{t.noOutcome}}</p>{{/hasOutcome}}
  <div id="letter-outcome" class="{{#hasOutcome}}box {{/hasOutcome}}written">{{outcome}}</div>
  {{#hasOutcome}}<p class="soft">{{outcomeAt}} · {{#isPublished}}{{t.outcomePublished}}{{/isPublished}}{{^isPublished}}{{t.outcomePrivate}}{{/isPublished}}</p>{{/hasOutcome}}{{/refusal}}
  <h2>{{t.letterHeading}}</h2>
  <dl class="facts">
  <dt>{{t.titleLabel}}</dt><dd><div id="letter-title">{{letterTitle}}</div></dd>
  <dt>{{t.mailboxLabel}}</dt><dd>{{mailbox}}</dd>
  <dt>{{t.kindLabel}}</dt><dd>{{kind}}</dd>
  <dt>{{t.publishLabel}}</dt><dd>{{publish}}</dd>
  <dt>{{t.textLabel}}</dt><dd><div id="letter-text" class="written">{{text}}</div></dd>
  <dt>{{t.filesShown}}</dt><dd>{{> files}}</dd>
  </dl>
  <form class="screen" method="post" action="/leave">
  <input type="hidden" name="csrf" value="{{csrf}}">
  <div class="actions"><button class="danger" type="submit">{{t.leave}}</button></div>
  </form>
  """#,
]
