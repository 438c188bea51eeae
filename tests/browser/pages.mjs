// Every page in both languages at four widths: axe finds nothing, nothing scrolls sideways, the console stays
// silent, no request leaves the server. usage: CITYBRAIN_URL=http://127.0.0.1:8080 node tests/browser/pages.mjs [name]
import { axe_source, base, context_of, launch, report, watch } from './browser.mjs'
import { page_list } from './page_list.mjs'

const widths = [1920, 1280, 390, 320]
const heights = { 1920: 1080, 1280: 800, 390: 844, 320: 640 }
const rules = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']
const only = process.argv[2]

async function settled(page) {
  await page.waitForSelector('h1, h2', { timeout: 20_000 })
  await page.waitForFunction(() => !document.querySelector('.skeleton'), null, { timeout: 20_000 })
  await page.waitForTimeout(150)
}

async function violations(page) {
  const found = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags, resultTypes: ['violations'] }), rules)
  return found.violations.map((v) => `${v.id} (${v.nodes.length}): ${v.nodes[0]?.target} ${v.nodes[0]?.failureSummary?.split('\n')[1]?.trim() ?? ''}`)
}

const browser = await launch()
const { check, close } = report()
for (const { name, login, path, clicks } of await page_list(browser)) {
  if (only && name !== only) continue
  if (!check(`${name}: there is one to open`, !!path, 'the server listed none')) continue
  for (const lang of ['zh-CN', 'en']) {
    const context = await context_of(browser, login, { reducedMotion: 'reduce', viewport: { width: 1920, height: 1080 } })
    const page = await context.newPage()
    const faults = watch(page)
    try {
      await page.goto(`${base}${path}${path.includes('?') ? '&' : '?'}lang=${lang}`)
      await settled(page)
      check(`${name} ${lang}: <html lang>`, (await page.getAttribute('html', 'lang')) === lang)
      for (const selector of clicks) {
        await page.click(selector)
        await settled(page)
      }
      // Codes in a monospaced cell (an audit entry's event) are meant to be read as codes.
      const raw = await page.evaluate(() => {
        const codes = [...document.querySelectorAll('td.mono, .mono')].map((e) => e.innerText).filter(Boolean)
        const shown = codes.reduce((text, code) => text.replaceAll(code, ' '), document.body.innerText)
        return shown.match(/\b(app|benefit|catalog|cockpit|console|error|guard|index|rail|rules)\.[a-z_]{2,}[\w.]*/g) ?? []
      })
      check(`${name} ${lang}: every word is declared`, raw.length === 0, raw.join(' '))
      await page.evaluate(axe_source)
      for (const width of widths) {
        await page.setViewportSize({ width, height: heights[width] })
        await page.waitForTimeout(120)
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
        check(`${name} ${lang} ${width}: fits`, wide <= 0, `${wide} px too wide`)
        const found = await violations(page)
        check(`${name} ${lang} ${width}: axe`, found.length === 0, found.join(' | '))
      }
      check(`${name} ${lang}: silent`, faults.length === 0, faults.join(' | '))
    } catch (error) {
      check(`${name} ${lang}: opens`, false, error.message.split('\n')[0])
    }
    await context.close()
  }
}
await browser.close()
close()
