// Writes FILE.gz beside every text file of dist, so that the server sends it without compressing anew.
// Level 9 without a time stamp: two builds of one source are byte-identical.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const dist = fileURLToPath(new URL('../dist', import.meta.url))
const text = /\.(html|js|css|svg|json|geojson|txt|webmanifest)$/
const min_bytes = 512

let count = 0
for (const name of readdirSync(dist, { recursive: true })) {
  const path = join(dist, name)
  if (!statSync(path).isFile()) continue
  if (path.endsWith('.gz')) {
    rmSync(path)
    continue
  }
  if (!text.test(path)) continue
  const body = readFileSync(path)
  if (body.length < min_bytes) continue
  writeFileSync(path + '.gz', gzipSync(body, { level: 9 }))
  count++
}
console.log(`compress: ${count} files`)
