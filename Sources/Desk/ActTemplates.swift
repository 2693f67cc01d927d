/// The security officer's page.
let actTemplates = [
  "acts": #"""
  <h1>{{t.navActs}}</h1>
  <p class="hint">{{t.actsHint}}</p>
  {{#isEmpty}}<p class="soft">{{t.none}}</p>{{/isEmpty}}
  {{#hasActs}}<table class="cards" id="acts">
  <thead><tr><th scope="col">{{t.actNumber}}</th><th scope="col">{{t.actAt}}</th><th scope="col">{{t.actWho}}</th><th scope="col">{{t.actWhat}}</th><th scope="col">{{t.actProof}}</th></tr></thead>
  <tbody>
  {{#acts}}<tr><td>{{number}}</td><td class="tight">{{at}}</td><td>{{name}} <span class="soft">{{person}}</span>{{#stead}}<br>{{t.actStead}}{{stead}}{{/stead}}</td><td>{{what}}<br><span class="soft"><bdi>{{object}}</bdi></span>{{#detail}}<br><span class="soft"><bdi>{{detail}}</bdi></span>{{/detail}}</td><td>{{proof}}{{#certificate}}<br><code>{{certificate}}…</code>{{/certificate}}</td></tr>
  {{/acts}}</tbody>
  </table>{{/hasActs}}
  {{> paging}}
  """#
]
