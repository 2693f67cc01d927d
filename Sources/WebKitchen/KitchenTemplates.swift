let kitchenTemplates = [
  "layout": #"""
  <!DOCTYPE html>
  <html lang="{{language}}">
  <head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="robots" content="noarchive">
  <title>{{#failed}}{{t.errorPrefix}}{{/failed}}{{title}} - {{site}}</title>
  <link rel="stylesheet" href="{{stylesheet}}">
  {{#script}}<script src="{{script}}" defer></script>
  {{/script}}  </head>
  <body>
  <a class="skip" href="#main">{{t.skip}}</a>
  <header class="top">
  <div class="inner">
  <a class="brand" href="/"><span class="mark" aria-hidden="true"></span>{{site}}</a>
  <nav aria-label="{{t.mainNavigation}}">
  <ul>
  {{#links}}<li><a href="{{path}}"{{#current}} aria-current="page"{{/current}}>{{text}}</a></li>
  {{/links}}<li>{{> language}}</li>
  </ul>
  </nav>
  </div>
  </header>
  <main id="main" tabindex="-1">
  {{{heading}}}
  {{#hasNotices}}<section id="notices" aria-label="{{t.notices}}">
  {{#notices}}<p class="{{style}}">{{text}}</p>
  {{/notices}}</section>{{/hasNotices}}
  {{{main}}}
  </main>
  <footer class="bottom"><div class="inner"><p>{{footer}}</p></div></footer>
  </body>
  </html>
  """#,
  // A page's form goes along with the switch. Its own button comes first all the same, so that Enter presses that one.
  "language": #"""
  {{#switchForm}}<button class="hidden" type="submit" form="typed" tabindex="-1" aria-hidden="true"{{#isIdle}} disabled{{/isIdle}}></button><button class="bar" id="language" type="submit" form="typed" {{#switchAction}}formaction="{{switchAction}}?lang={{otherLanguage}}"{{/switchAction}}{{^switchAction}}name="lang" value="{{otherLanguage}}"{{/switchAction}} formnovalidate lang="{{otherLanguageTag}}">{{t.switchLanguage}}</button>{{/switchForm}}{{^switchForm}}<a id="language" href="{{languageTarget}}" lang="{{otherLanguageTag}}" hreflang="{{otherLanguageTag}}">{{t.switchLanguage}}</a>{{/switchForm}}
  """#,
  "problems": #"""
  {{#hasProblems}}<div id="error" class="error" role="alert" tabindex="-1" autofocus>
  <h2>{{t.errorHeading}}</h2>
  <ul>
  {{#problems}}<li>{{#field}}<a href="#{{field}}">{{text}}</a>{{/field}}{{^field}}{{text}}{{/field}}</li>
  {{/problems}}</ul>
  </div>{{/hasProblems}}
  """#,
  "error": #"""
  <h1>{{heading}}</h1>
  <p id="error" role="alert" class="error">{{text}}</p>
  <p><a class="button plain" href="/">{{t.backHome}}</a></p>
  """#,
  "paging": #"""
  {{#paging}}{{#isNeeded}}<nav class="paging" aria-label="{{t.pages}}">
  {{#hasPrevious}}<a class="button plain" rel="prev" href="{{path}}?page={{previous}}">{{t.previousPage}}</a>{{/hasPrevious}}
  <span>{{t.pageNumber}}{{number}}</span>
  {{#hasNext}}<a class="button plain" rel="next" href="{{path}}?page={{next}}">{{t.nextPage}}</a>{{/hasNext}}
  </nav>{{/isNeeded}}{{/paging}}
  """#,
]
