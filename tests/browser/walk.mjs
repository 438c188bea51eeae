// The main job in a real browser against a real server: a policy is published and matched, the firm sees why it
// is entitled, claims, sees the money arrive, and the cockpit moves.
// With CITYBRAIN_CLUSTER=DIR of tools/cluster.sh, a process, a shard and the primary are killed on the way.
// usage: CITYBRAIN_URL=http://127.0.0.1:8080 node tests/browser/walk.mjs
import { execFileSync } from 'node:child_process'
import { base, launch, password, report, watch } from './browser.mjs'

const paid_ms_max = 60_000
const firms = (process.env.CITYBRAIN_FIRMS ?? 'firm,firm2,firm3,firm4,firm5').split(',')
const browser = await launch()
const { check, close } = report()

async function sign_in(path, login) {
  const context = await browser.newContext({ viewport: path.startsWith('/m') ? { width: 390, height: 844 } : { width: 1440, height: 900 } })
  const page = await context.newPage()
  const faults = watch(page)
  await page.goto(`${base}${path}`)
  await page.fill('#login', login)
  await page.fill('#password', password)
  await page.click('button[type=submit]')
  await page.waitForSelector('#login', { state: 'detached' })
  return { context, page, faults }
}

const get = async (page, path) => (await page.request.get(`${base}${path}`)).json()
const fen = (text) => Number((text ?? '').replace(/[^\d.]/g, '')) * 100

const cluster = process.env.CITYBRAIN_CLUSTER
// One fault, in words of tools/cluster.sh; what it makes a browser log is not the pages' fault.
function strike(...words) {
  if (!cluster) return ''
  console.log(`     cluster: ${words.join(' ')}`)
  return execFileSync('tools/cluster.sh', [words[0], cluster, ...words.slice(1)], { encoding: 'utf8' }).trim()
}
const own_faults = (faults) => (cluster ? faults.filter((f) => !f.includes('Failed to load resource')) : faults)

async function step(name, work) {
  try {
    const value = await work()
    check(name, value !== false)
    return value
  } catch (error) {
    check(name, false, error.message.split('\n')[0])
    return undefined
  }
}

// 1. The publisher publishes a checked policy; the policy officer, who drafted it, could not.
const publisher = await sign_in('/console/', 'publisher')
const drafts = (await get(publisher.page, '/api/policies?state=ready&size=50')).items ?? []
const chosen = drafts.find((p) => p.mode !== '免申即享' && p.subject === 'enterprise') ?? drafts.find((p) => p.subject === 'enterprise') ?? drafts[0]
check('a checked policy waits to be published', !!chosen, 'GET /api/policies?state=ready lists none')
if (chosen) {
  const policy_page = `/console/policies/${chosen.code}`
  await step(`publisher publishes ${chosen.code} ${chosen.name}`, async () => {
    await publisher.page.goto(base + policy_page)
    await publisher.page.click('[data-test=publish]')
    await publisher.page.waitForSelector('.chip[data-state=open], .chip[data-state=published]')
  })
  // 2. Matching runs and finds who is entitled.
  const officer = await sign_in('/console/', 'policy')
  const killed = strike('kill', 'process')
  await step('policy officer runs matching and sees who is entitled', async () => {
    await officer.page.goto(base + policy_page)
    await officer.page.click('[data-test=match]')
    await officer.page.waitForSelector('.notice.ok', { timeout: 120_000 })
    console.log(`     ${(await officer.page.textContent('.notice.ok')).trim()}`)
    return (await get(officer.page, `/api/policies/${chosen.code}`)).matched > 0
  })
  check('console: silent', own_faults([...publisher.faults, ...officer.faults]).length === 0, own_faults([...publisher.faults, ...officer.faults]).join(' | '))
  if (killed) strike('revive', 'process', killed)
  await officer.context.close()
}
await publisher.context.close()

// 3. The cockpit is open on the wall while the rest happens.
const wall = await sign_in('/cockpit', 'finance')
await step('cockpit: live', () => wall.page.waitForSelector('[data-test=link].live', { timeout: 20_000 }))
const figures = () => wall.page.$$eval('.kpi', (all) => Object.fromEntries(all.map((k) => [k.dataset.code, Number(k.dataset.value)])))
const live_top = () => wall.page.$eval('[data-test=live] li:first-child p', (p) => p.textContent).catch(() => '')
const figures_before = await figures()
const live_before = await live_top()
check('cockpit: one to six key figures', Object.keys(figures_before).length >= 1 && Object.keys(figures_before).length <= 6)

// 4. A firm signs in on the phone, sees what it is entitled to and why, and claims: the just published policy
// where this firm is entitled to it, else another one.
let firm
let card
for (const login of firms) {
  firm = await sign_in('/m/', login)
  await firm.page.waitForFunction(() => !document.querySelector('.skeleton'))
  const claims = await firm.page.$$eval('article:has(.claim)', (all) => all.map((a) => a.dataset.policy))
  if (claims.length > 0) {
    card = claims.includes(chosen?.code) ? chosen.code : claims[0]
    break
  }
  await firm.context.close()
}
if (check('a demo firm has something to claim', !!card, `none of ${firms.join(', ')}`)) {
  const at = `article[data-policy="${card}"]`
  const amount = fen(await firm.page.textContent(`${at} .amount`))
  await step(`firm sees why it is entitled to ${card}`, async () => {
    await firm.page.click(`${at} summary`)
    await firm.page.waitForSelector(`${at} .reasons li`)
  })
  await step('firm sees why it is not entitled to others', async () => {
    await firm.page.click('button[aria-expanded=false]')
    await firm.page.waitForFunction(() => document.querySelectorAll('article').length > document.querySelectorAll('article .amount').length)
  })
  strike('kill', 'shard', '1')
  await step('firm claims with one click', async () => {
    await firm.page.click(`${at} button.claim`)
    await firm.page.waitForSelector('.notice.ok', { timeout: 30_000 })
  })
  // A sum above the limit waits for finance, who approves it.
  const waiting = await sign_in('/console/', 'finance2')
  const claim = ((await get(waiting.page, '/api/claims?state=claimed&size=200')).items ?? []).find((c) => c.policy === card)
  if (claim) {
    await step('finance approves the claim', async () => {
      await waiting.page.goto(`${base}/console/claims`)
      await waiting.page.click(`tr:has(a[href="/console/policies/${card}"]) button`)
      await waiting.page.waitForSelector('.notice.ok')
    })
  }
  await waiting.context.close()
  strike('revive', 'shard', '1')
  strike('kill', 'primary')
  strike('failover')
  await step('firm sees the money arrive', async () => {
    await firm.page.click('nav a[href="/m/money"]')
    await firm.page.waitForSelector(`[data-claim="${card}"][data-state=paid], [data-claim="${card}"][data-state=settled]`, { timeout: paid_ms_max })
    console.log(`     ${(await firm.page.$$eval(`[data-claim="${card}"] .steps .done b`, (all) => all.map((b) => b.textContent).join(' → ')))}`)
  })
  await step('firm reads the decision behind it', async () => {
    await firm.page.click(`[data-claim="${card}"] a[href^="/m/decisions/"]`)
    await firm.page.waitForSelector('.verdict.yes')
  })
  check('phone pages: silent', own_faults(firm.faults).length === 0, own_faults(firm.faults).join(' | '))

  // 5. The cockpit moved.
  await step('cockpit: a key figure moved', () =>
    wall.page.waitForFunction((was) => [...document.querySelectorAll('.kpi')].some((k) => Number(k.dataset.value) !== was[k.dataset.code]), figures_before, { timeout: 30_000 }))
  await step('cockpit: the live list moved', () =>
    wall.page.waitForFunction((was) => document.querySelector('[data-test=live] li:first-child p')?.textContent !== was, live_before, { timeout: 30_000 }))
  // 6. Finance finds the payment.
  await step('finance finds the payment', async () => {
    const paid = (await get(wall.page, `/api/payments?policy=${card}&state=paid&size=200`)).items ?? []
    return paid.some((p) => Math.abs(p.amount_fen - amount) < 1)
  })
}

// 7. A figure opens its definition and a way to the records; the updates can be paused.
await step('cockpit: a figure opens its definition', async () => {
  await wall.page.click('.kpi >> nth=0')
  await wall.page.waitForSelector('dialog[open] dl dd')
  const words = await wall.page.textContent('dialog[open] dl dd')
  await wall.page.keyboard.press('Escape')
  await wall.page.waitForSelector('dialog', { state: 'detached' })
  return words.trim().length > 4
})
await step('cockpit: pauses and goes on', async () => {
  await wall.page.click('[data-test=pause]')
  await wall.page.waitForSelector('[data-test=link].paused')
  await wall.page.click('[data-test=pause]')
  await wall.page.waitForSelector('[data-test=link].live, [data-test=link].stale')
})
check('cockpit: silent', own_faults(wall.faults).length === 0, own_faults(wall.faults).join(' | '))
await wall.context.close()

// 8. The auditor proves in the browser that an entry is in the log.
const auditor = await sign_in('/console/', 'auditor')
await step('auditor verifies an audit entry with WebCrypto', async () => {
  await auditor.page.goto(`${base}/console/audit`)
  await auditor.page.click('tbody tr:nth-child(2) button')
  await auditor.page.waitForSelector('[data-test=verdict].good')
})
// 9. The steward reads records, masked, with a purpose and an audit entry.
const steward = await sign_in('/console/', 'steward')
await step('steward previews masked records with an audit index', async () => {
  const resource = ((await get(steward.page, '/api/resources?size=200')).items ?? []).find((r) => r.rows > 0)
  await steward.page.goto(`${base}/console/resources/${resource.code}`)
  await steward.page.click('[data-tab=records]')
  await steward.page.waitForSelector('#purpose')
  await steward.page.click('form:has(#purpose) button[type=submit]')
  await steward.page.waitForSelector('a[href^="/console/audit?index="]')
})
check('audit and records: silent', auditor.faults.length + steward.faults.length === 0, [...auditor.faults, ...steward.faults].join(' | '))
await browser.close()
close()
