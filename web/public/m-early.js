// Asks for what the phone's first page shows while its own scripts are still on the way: the session, and the
// list of whoever is signed in. Whoever was at the last visit is taken to be so still, and asks at once. The
// answers are taken by src/base/early.ts, each once.
;(function () {
  var key = 'citybrain.m.signed_in'
  var list = '/api/me/entitlements?reasons=0'
  var first = location.pathname === '/m/' || location.pathname === '/m'
  var asked = {}
  function ask(path) {
    asked[path] = fetch(path, { credentials: 'same-origin', cache: 'no-store', headers: { accept: 'application/json' } })
    asked[path].catch(function () {}) // the page asks again and says what is wrong
    return asked[path]
  }
  window.citybrain_early = asked
  if (first && localStorage.getItem(key) === '1') ask(list)
  ask('/api/session')
    .then(function (reply) { return reply.clone().json() })
    .then(function (answer) {
      var kind = answer.principal && answer.principal.kind
      var mine = kind === 'citizen' || kind === 'enterprise'
      if (mine) localStorage.setItem(key, '1')
      else localStorage.removeItem(key)
      if (first && mine && !(list in asked) && !window.citybrain_early_over) ask(list)
    })
    .catch(function () {})
})()
