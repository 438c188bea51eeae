// What the pages show when the server is slow, refuses, has nothing or goes away; and what the keyboard can do.
// The server is real; only the one answer under test is replaced on its way.
// usage: CITYBRAIN_URL=http://127.0.0.1:8080 node tests/browser/states.mjs
import { base, context_of, launch, report } from './browser.mjs'

const lists = [
  ['resources', 'steward', '/console/resources', '/api/resources?'],
  ['sources', 'engineer', '/console/sources', '/api/sources'],
  ['quarantine', 'steward', '/console/quarantine', '/api/quarantine'],
  ['models', 'policy', '/console/models', '/api/models'],
  ['policies', 'finance', '/console/policies', '/api/policies'],
  ['lines', 'finance', '/console/lines', '/api/lines'],
  ['claims', 'finance2', '/console/claims', '/api/claims'],
  ['payments', 'finance', '/console/payments', '/api/payments'],
  ['audit', 'auditor', '/console/audit', '/api/audit?'],
  ['m entitlements', 'firm', '/m/', '/api/me/entitlements'],
  ['m money', 'firm', '/m/money', '/api/me/claims'],
]
const detail = '今天的演练：数据库在维护'
const problem = { status: 503, contentType: 'application/problem+json', body: JSON.stringify({ title: 'unavailable', status: 503, detail }) }
const nothing = { status: 200, contentType: 'application/json', body: '{"items":[],"total":0}' }

const browser = await launch()
const { check, close } = report()
const seen = (page, selector) => page.waitForSelector(selector, { timeout: 15_000 }).then(() => true, () => false)

async function with_page(login, work, options = {}) {
  const context = await context_of(browser, login, { viewport: { width: 1280, height: 800 }, ...options })
  const page = await context.newPage()
  try {
    await work(page)
  } catch (error) {
    check('no exception', false, error.message.split('\n')[0])
  }
  await context.close()
}

for (const [name, login, path, api] of lists) {
  const to_api = (url) => (url.pathname + url.search).startsWith(api)
  await with_page(login, async (page) => {
    let answer = problem
    let release = () => {}
    const held = new Promise((resolve) => (release = resolve))
    await page.route(to_api, async (route) => {
      await held
      await (answer ? route.fulfill(answer) : route.continue())
    })
    await page.goto(base + path)
    check(`${name}: loading shows a skeleton`, await seen(page, '.skeleton'))
    release()
    check(`${name}: a refusal is told in words`, (await seen(page, '[role=alert]')) && (await page.textContent('[role=alert]')).includes(detail))
    answer = nothing
    await page.click('[role=alert] button')
    check(`${name}: nothing is said to be nothing`, await seen(page, '.empty'))
  })
}

await with_page('finance', async (page) => {
  await page.goto(`${base}/console/payments`)
  await page.waitForFunction(() => !document.querySelector('.skeleton'))
  await page.route((url) => url.pathname === '/api/payments', (route) => route.fulfill(problem))
  await page.click('main .btn.small.end')
  check('a failed refresh keeps what was there and says so', (await seen(page, '.stale')) || (await seen(page, '[role=alert]')))
})

await with_page(null, async (page) => {
  await page.goto(`${base}/console/`)
  await page.waitForSelector('#login')
  await page.focus('#login')
  await page.keyboard.type('finance')
  await page.keyboard.press('Tab')
  await page.keyboard.type('not the password')
  await page.keyboard.press('Enter')
  check('a wrong password is told, by keyboard alone', await seen(page, '#login-error'))
  check('and the focus is back in the form', await page.evaluate(() => document.activeElement?.id === 'login'))
  await page.click('.lang')
  check('the language switch sets <html lang>', (await page.getAttribute('html', 'lang')) === 'en')
  await page.reload()
  await page.waitForSelector('#login')
  check('and is remembered', (await page.getAttribute('html', 'lang')) === 'en')
  await page.keyboard.press('Tab')
  check('the first Tab offers to skip to the content', await page.evaluate(() => document.activeElement?.className === 'skip'))
})

await with_page('firm', async (page) => {
  await page.goto(`${base}/console/policies`)
  check('a firm is sent from the console to its own pages', await seen(page, 'a[href="/m/"]'))
})

await with_page('finance', async (page) => {
  await page.goto(`${base}/cockpit`)
  check('cockpit: says that it is live', await seen(page, '[data-test=link].live'))
  await page.click('.kpi')
  check('cockpit: a figure opens as a dialog', await seen(page, 'dialog[open]'))
  await page.keyboard.press('Escape')
  check('cockpit: Escape closes it', (await page.waitForSelector('dialog', { state: 'detached', timeout: 5000 }).then(() => true, () => false)))
})

await with_page('finance', async (page) => {
  await page.route((url) => url.pathname === '/api/board/stream', (route) => route.abort())
  await page.goto(`${base}/cockpit`)
  check('cockpit: says that it is disconnected', await seen(page, '[data-test=link].disconnected'))
  await page.unrouteAll()
  check('cockpit: comes back by itself', await seen(page, '[data-test=link].live'))
})

// An approved map of the city takes the place of the schematic, with its review number; without one it does not.
const square = (code, x) => ({ type: 'Feature', properties: { code, name: code }, geometry: { type: 'Polygon', coordinates: [[[x, 29], [x + 1, 29], [x + 1, 30], [x, 30], [x, 29]]] } })
const map = { type: 'FeatureCollection', review_number: '甬S(2020)01号', features: [square('330203', 121), square('330205', 122)] }
for (const [review_number, units] of [[map.review_number, 2], ['', 10]]) {
  await with_page('finance', async (page) => {
    await page.route((url) => url.pathname === '/city-map.geojson', (route) => route.fulfill({ contentType: 'application/geo+json', body: JSON.stringify({ ...map, review_number }) }))
    await page.goto(`${base}/cockpit`)
    await page.waitForSelector('.map .unit')
    const note = await page.textContent('.map .mark')
    check(`cockpit: a map ${review_number ? 'with a review number is shown with it' : 'without one is not shown'}`,
      (await page.$$('.map .unit')).length === units && note.includes(review_number || '示意图'), note)
  })
}

await browser.close()
close()
