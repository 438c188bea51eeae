// Fails when a page outgrows its budget. Sizes are gzip bytes of what the page loads at first: the entry's
// scripts and styles with all static imports, found in Vite's manifest; lazy routes count for the console, all
// but the editor of models, which has a budget of its own: whoever does not open it never loads it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const dist = fileURLToPath(new URL('../dist', import.meta.url))
const budgets = {
  'index.html': { js: 70, css: 10 },
  'm.html': { js: 70, css: 10 },
  'console.html': { js: 280, css: 25 },
  'cockpit.html': { js: 320, css: 25 },
  'src/rooms/rules/EditorPage.vue': { js: 400, css: 35 },
}
const apart = new Set(['src/rooms/rules/EditorPage.vue'])
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'))
const gzip_kb = (file) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length / 1000

// All files an entry may load, its lazy parts included.
function files_of(entry) {
  const seen = new Set()
  const js = new Set()
  const css = new Set()
  const walk = (key) => {
    if (seen.has(key)) return
    seen.add(key)
    const chunk = manifest[key]
    if (!chunk) throw new Error(`manifest has no '${key}'; run vite build first`)
    if (chunk.file.endsWith('.js')) js.add(chunk.file)
    for (const file of chunk.css ?? []) css.add(file)
    const next = [...(chunk.imports ?? []), ...(chunk.dynamicImports ?? [])]
    for (const part of next) if (!apart.has(part)) walk(part)
  }
  walk(entry)
  return { js: [...js], css: [...css] }
}

let passed = 0
let failed = 0
for (const [entry, limit] of Object.entries(budgets)) {
  const files = files_of(entry)
  for (const kind of ['js', 'css']) {
    const size = files[kind].reduce((sum, file) => sum + gzip_kb(file), 0)
    const good = size <= limit[kind]
    good ? passed++ : failed++
    console.log(
      `${good ? 'PASS' : 'FAIL'} ${entry} ${kind} ${size.toFixed(1)} KB gz, budget ${limit[kind]} KB`,
    )
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
