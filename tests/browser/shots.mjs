// Takes the pictures of the README: docs/images/*.png, each below 400 KB.
// usage: CITYBRAIN_URL=http://127.0.0.1:8080 node tests/browser/shots.mjs
import { mkdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { base, context_of, launch, report } from './browser.mjs'
import { page_list } from './page_list.mjs'

const bytes_max = 400_000
const out = fileURLToPath(new URL('../../docs/images/', import.meta.url))
const wanted = { front: 1280, cockpit: 1920, resources: 1440, resource: 1440, policy: 1440, model: 1440, editor: 1440, sources: 1440, board: 1440, audit: 1440, 'm entitlements': 390, 'm money': 390, 'm decision': 390 }

mkdirSync(out, { recursive: true })
const browser = await launch()
const { check, close } = report()
for (const { name, login, path } of await page_list(browser)) {
  const width = wanted[name]
  if (!width || !path) continue
  const phone = width < 500
  const height = phone ? 844 : width === 1920 ? 1080 : 900
  const context = await context_of(browser, login, { viewport: { width, height }, deviceScaleFactor: phone ? 2 : width === 1920 ? 2 / 3 : 1, reducedMotion: 'reduce' })
  const page = await context.newPage()
  await page.goto(base + path)
  await page.waitForFunction(() => !document.querySelector('.skeleton') && document.querySelector('h1, h2'))
  if (name === 'editor') await page.waitForSelector('.dmn-host .tjs-table')
  await page.waitForTimeout(name === 'cockpit' || name === 'editor' ? 2500 : 400)
  const file = `${out}${name.replaceAll(' ', '-')}.png`
  await page.screenshot({ path: file })
  const size = statSync(file).size
  check(`${name}: ${Math.round(size / 1000)} KB`, size < bytes_max, `must be below ${bytes_max / 1000} KB`)
  await context.close()
}
await browser.close()
close()
