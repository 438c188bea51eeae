// The editor of models as a new user meets it: from an empty table to a simulated, submitted and published policy;
// that all of it is in Chinese; that the mark of bpmn.io is seen; that nothing is lost.
// usage: CITYBRAIN_URL=http://127.0.0.1:8080 node tests/browser/editor.mjs
import { axe_source, base, context_of, launch, report, watch } from './browser.mjs'

const simulated_ms_max = 120_000
const id = `leyi_${Date.now().toString(36)}`
const browser = await launch()
const { check, close } = report()

async function step(name, work) {
  try {
    const value = await work()
    return check(name, value !== false)
  } catch (error) {
    return check(name, false, error.message.split('\n')[0])
  }
}

const context = await context_of(browser, 'policy', { viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })
const page = await context.newPage()
const faults = watch(page)
const tab = (name) => page.click(`.editor [role=tab]:has-text("${name}")`)
const view = (name) => page.click(`[aria-controls=editor-view][data-tab=${name}]`)
const cell = (row, column) => page.locator(`.dmn-host tbody tr:nth-child(${row}) td[data-element-id]:not(.rule-index)`).nth(column - 1)
async function type_cell(row, column, text) {
  await cell(row, column).click()
  await page.keyboard.press('Control+A')
  await page.keyboard.type(text)
}
const add_rule = () => page.click('.dmn-host .add-rule-add button')
// The server has seen the text as it now stands.
async function checked(wanted) {
  await page.waitForFunction(
    ([code, there]) => {
      const panel = document.querySelector('[data-test=problems]')
      return panel && panel.getAttribute('aria-busy') !== 'true' && !!panel.querySelector(`li[data-code^="${code}"]`) === there
    },
    wanted,
    { timeout: 15_000 },
  )
}

// Words on the screen that are no Chinese: all of dmn-js speaks it, but for FEEL, names of the model and the mark.
const feel = /^(true|false|if|then|else|and|or|not|in|for|return|some|every|satisfies|between|null|date|time|duration|string|number|boolean|function|min|max|sum|count|decimal)$/i
async function foreign_words() {
  const texts = await page.evaluate(() => {
    const out = []
    const host = document.querySelector('.dmn-host')
    const authored = '[contenteditable], .cm-editor, td[data-element-id], .bjs-powered-by, svg, .dmn-definitions-id, textarea, .djs-label'
    for (const element of host.querySelectorAll('*')) {
      if (element.closest(authored) && !element.matches('button, [title]')) continue
      for (const name of ['title', 'aria-label', 'placeholder']) out.push(element.getAttribute(name) ?? '')
      if (element.closest(authored)) continue
      for (const child of element.childNodes) if (child.nodeType === 3) out.push(child.nodeValue)
    }
    return [...out, ...(window.citybrain_untranslated ?? [])]
  })
  return [...new Set(texts.flatMap((t) => (/bpmn\.io/i.test(t) ? [] : (t.match(/[A-Za-z]{3,}/g) ?? []))))].filter((w) => !feel.test(w) && !['FEEL', 'PMML', 'Java', 'yyyy'].includes(w))
}
const seen = new Set()
async function collect() {
  for (const word of await foreign_words()) seen.add(word)
}
async function axe(name) {
  await page.evaluate(axe_source)
  const found = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'] }))
  check(`${name}: axe`, found.violations.length === 0, found.violations.map((v) => `${v.id} ${v.nodes[0]?.target}`).join(' | '))
}

// 1. A new model from an empty table.
await step('a new model opens on an empty table', async () => {
  await page.goto(`${base}/console/models?lang=zh-CN`)
  await page.click('[data-test=new-model]')
  await page.fill('#model-name', '稳岗试点补贴')
  await page.fill('#model-id', id)
  await page.click('form button[type=submit]')
  await page.waitForSelector('.dmn-host .tjs-table')
  await tab('资格')
})
await step('facts are found by their Chinese names and become conditions', async () => {
  await page.fill('#fact-search', '经营状态')
  await page.click('[data-fact="经营状态"]')
  await page.waitForSelector('.dmn-host th.input-cell:has-text("经营状态")')
  await page.fill('#fact-search', '上年月均参保人数')
  await page.click('[data-fact="上年月均参保人数"]')
  await page.waitForSelector('.dmn-host th.input-cell:has-text("上年月均参保人数")')
  await page.fill('#fact-search', '')
})
await step('adding a fact is undone and redone as one step', async () => {
  const columns = () => page.$$eval('.dmn-host th.input-cell', (all) => all.length)
  const before = await columns()
  await page.click('[aria-label="撤销"]')
  await page.waitForFunction((n) => document.querySelectorAll('.dmn-host th.input-cell').length === n, before - 1)
  await page.click('[aria-label="重做"]')
  await page.waitForFunction((n) => document.querySelectorAll('.dmn-host th.input-cell').length === n, before)
})
await collect()
await step('a rule is written; the gap it leaves is told with an example', async () => {
  await page.click('[data-tab=problems]')
  await add_rule()
  await type_cell(1, 1, '"存续"')
  await type_cell(1, 2, '>= 30')
  await type_cell(1, 3, 'true')
  await checked(['table_gap', true])
})
await step('a second rule closes the gap', async () => {
  await add_rule()
  await type_cell(2, 3, 'false')
  await checked(['table_gap', false])
})
await step('what is wrong in a cell is told beside it and in the panel', async () => {
  await type_cell(1, 2, '>= ')
  await page.waitForFunction(() => document.querySelector('[data-test=problems] li.error'), null, { timeout: 15_000 })
  const marked = await page.evaluate(() => [...document.querySelectorAll('style')].some((s) => s.textContent.includes('--danger') && s.textContent.includes('data-row-id')))
  await type_cell(1, 2, '>= 30')
  await page.waitForFunction(() => !document.querySelector('[data-test=problems] li.error'), null, { timeout: 15_000 })
  return marked
})
await axe('editor, table')
// 2. The amount, as an expression.
await step('an unknown name in an expression is told, and gone when mended', async () => {
  await tab('金额')
  await page.waitForSelector('.dmn-host .dmn-literal-expression-container')
  const field = page.locator('.dmn-host .dmn-literal-expression-container .cm-content, .dmn-host .dmn-literal-expression-container [contenteditable=true]').last()
  await field.click()
  await page.keyboard.press('Control+A')
  await page.keyboard.type('if 资格 then 五千 else 0')
  await checked(['unknown_name', true])
  await field.click()
  await page.keyboard.press('Control+A')
  await page.keyboard.type('if 资格 then 5000 else 0')
  await checked(['unknown_name', false])
})
await collect()
await axe('editor, expression')
await step('the diagram shows facts and decisions', async () => {
  await tab('决策图')
  await page.waitForSelector('.dmn-host .djs-shape')
  return (await page.$$('.dmn-host .djs-shape')).length >= 4
})
await step("bpmn.io's mark is seen whole", () =>
  page.evaluate(() => {
    const mark = [...document.querySelectorAll('.dmn-host .bjs-powered-by, .dmn-host .powered-by, .dmn-host [class*="powered-by"]')].find((m) => m.getBoundingClientRect().width > 0)
    const box = mark.getBoundingClientRect()
    const points = [[0.2, 0.3], [0.5, 0.5], [0.8, 0.7]].map(([x, y]) => document.elementFromPoint(box.left + box.width * x, box.top + box.height * y))
    return points.every((top) => top !== null && mark.contains(top))
  }))
await step('the menus of the diagram are in Chinese', async () => {
  await page.locator('.dmn-host .djs-shape').first().click()
  await page.waitForSelector('.dmn-host .djs-context-pad.open, .dmn-host .djs-context-pad')
  await collect()
})
await axe('editor, diagram')
await step('the menus of the table are in Chinese', async () => {
  await tab('资格')
  await page.waitForSelector('.dmn-host .tjs-table')
  await cell(1, 1).click({ button: 'right' })
  await page.waitForSelector('.context-menu')
  await collect()
  await page.keyboard.press('Escape')
  await page.locator('.dmn-host th.input-cell').first().dblclick()
  await page.waitForSelector('.context-menu .ref-input-editor')
  await collect()
  await page.mouse.click(700, 860)
})
for (const [column, name] of [[1, 'a text'], [2, 'a number'], [3, 'a yes or no']]) {
  await step(`the help for ${name} is in Chinese`, async () => {
    await cell(1, column).click()
    const button = page.locator('.dmn-host .simple-mode-button:not(.disabled)')
    await button.waitFor({ timeout: 5000 })
    await button.click()
    await page.waitForSelector('.context-menu')
    await collect()
    await page.mouse.click(700, 860)
  })
}
check('all of dmn-js is in Chinese', seen.size === 0, [...seen].join(', '))

// 3. Tried on a firm and on typed values.
await step('tried on a firm: the decision and why', async () => {
  await view('try')
  await page.fill('#try-subject', '91330200QY00000036')
  await page.click('[data-test=try]')
  await page.waitForSelector('[data-test=trial] [data-decision="资格"]')
  return (await page.$$('[data-test=trial] .why li')).length > 0
})
await step('tried on typed values: 30 insured is entitled, 29 is not', async () => {
  await page.check('input[value=typed]')
  const by_label = (text) => page.locator(`.field:has(label:has-text("${text}")) :is(input, select)`).first()
  const status = by_label('经营状态')
  if ((await status.evaluate((e) => e.tagName)) === 'SELECT') await status.selectOption('存续')
  else await status.fill('存续')
  const answers = []
  for (const insured of ['30', '29']) {
    await by_label('上年月均参保人数').fill(insured)
    const [reply] = await Promise.all([page.waitForResponse((r) => r.url().endsWith('/api/rules/evaluate')), page.click('[data-test=try]')])
    const body = await reply.json()
    answers.push(body.decisions.find((d) => d.name === '资格').value)
  }
  return answers[0] === true && answers[1] === false
})
await axe('try')

// 4. Simulated on the whole city.
await step('simulated on the whole city, with charts and their tables', async () => {
  await view('simulate')
  await page.click('[data-test=simulate]')
  await page.waitForSelector('[data-test=simulation]', { timeout: simulated_ms_max })
  const figures = await page.$$eval('[data-test=simulation] .figures .value', (all) => all.map((v) => v.textContent))
  console.log(`     ${figures.join(' · ')}`)
  await page.click('[data-test=simulation] figure button')
  await page.waitForSelector('[data-test=simulation] figure table')
  return figures.length >= 3
})
await axe('simulate')

// 5. Kept in the browser, saved, compared, handed in.
await step('unsaved work is offered again after the page was closed', async () => {
  const again = await context.newPage()
  await again.goto(`${base}/console/models/new`)
  await again.fill('#model-name', '稳岗试点补贴')
  await again.fill('#model-id', id)
  await again.click('form button[type=submit]')
  await again.click('[data-test=restore]')
  await again.waitForSelector('.dmn-host th.input-cell:has-text("经营状态")')
  await again.close({ runBeforeUnload: false })
})
await step('leaving with unsaved work asks first', async () => {
  let asked = false
  page.once('dialog', (dialog) => {
    asked = true
    void dialog.dismiss()
  })
  await page.click('nav a[href="/console/policies"]')
  await page.waitForTimeout(300)
  return asked && page.url().includes('/models/')
})
await step('saved as a draft', async () => {
  await page.click('[data-test=save]')
  await page.waitForSelector('.notice.ok')
  return page.url().endsWith(`/models/${id}/1/edit`)
})
await step('a change is seen in the comparison, rule by rule', async () => {
  await view('edit')
  await tab('资格')
  await type_cell(1, 2, '>= 50')
  await page.keyboard.press('Escape')
  await page.waitForFunction(() => !document.querySelector('[data-test=save]')?.disabled)
  await view('compare')
  await page.waitForSelector('[data-test=diff] ins')
  const text = await page.textContent('[data-test=diff]')
  return text.includes('>= 30') && text.includes('>= 50')
})
await axe('compare')
await step('submitted for publication', async () => {
  await page.click('[data-test=submit]')
  await page.waitForSelector('.chip[data-state=submitted]')
})
await step('the author cannot publish it, another person does', async () => {
  const version = Number(/models\/[^/]+\/(\d+)/.exec(page.url())[1])
  const refused = await page.request.post(`${base}/api/models/${id}/${version}/publish`, { headers: { 'x-requested-with': 'citybrain' }, data: {} })
  const other = await context_of(browser, 'publisher', { viewport: { width: 1440, height: 900 } })
  const desk = await other.newPage()
  await desk.goto(`${base}/console/models/${id}/${version}`)
  await desk.click('[data-test=publish]')
  await desk.waitForSelector('.chip[data-state=published]')
  await other.close()
  return refused.status() >= 400
})
// 6. Narrow screens read; the keyboard is enough.
await step('at 320 px the page reads', async () => {
  await page.setViewportSize({ width: 320, height: 640 })
  await page.goto(`${base}/console/models/${id}/1/edit`)
  await page.waitForSelector('.decision table')
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  return wide <= 0 && (await page.$('.dmn-host')) === null
})
await step('the views are reached by the keyboard', async () => {
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.goto(`${base}/console/models/${id}/1/edit`)
  await page.waitForSelector('.dmn-host .tjs-table')
  await page.focus('[aria-controls=editor-view][aria-selected=true]')
  await page.keyboard.press('ArrowRight')
  return (await page.getAttribute('[aria-controls=editor-view][aria-selected=true]', 'data-tab')) === 'try'
})
check('editor: silent', faults.length === 0, faults.join(' | '))
await browser.close()
close()
