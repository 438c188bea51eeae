// Data goes back to a district: the bureau delivers, the district takes the file and confirms it by its digest;
// a file that is not the one that was sent is refused.
// usage: CITYBRAIN_URL=http://127.0.0.1:8080 node tests/browser/returns.mjs
import { readFile, writeFile } from 'node:fs/promises'
import { base, context_of, launch, report, watch } from './browser.mjs'

const browser = await launch()
const { check, close } = report()
const bureau = await context_of(browser, 'steward')
const desk = await bureau.newPage()
await desk.goto(`${base}/console/returns/1`)
await desk.getByRole('button', { name: /立即交付|Deliver now/ }).click()
check('the bureau orders a delivery', !!(await desk.waitForSelector('.notice.ok')))
await bureau.close()

const district = await context_of(browser, 'data-hs')
const page = await district.newPage()
const faults = watch(page)
await page.goto(`${base}/console/returns/1`)
const [download] = await Promise.all([page.waitForEvent('download'), page.locator('a[download]').first().click()])
const path = await download.path()
const text = await readFile(path, 'utf8')
check('the file holds the district\'s rows', text.includes('330203') && !text.includes(',330212,'))
const wrong = `${path}.wrong.csv`
await writeFile(wrong, text.slice(0, -1))
const chosen = page.locator('input[type=file]').first()
await chosen.setInputFiles(wrong)
check('another file is refused', !!(await page.waitForSelector('.notice.danger')))
faults.length = 0 // the refusal itself
await chosen.setInputFiles(path)
check('the file that was sent is confirmed', !!(await page.waitForSelector('.notice.ok')))
check('the delivery says so', !!(await page.waitForSelector('[data-state=received]')))
check('console: silent', faults.length === 0, faults.join(' | '))
await browser.close()
close()
