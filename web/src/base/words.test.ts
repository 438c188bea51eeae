import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { base_words } from './words'
import { benefit_words } from '@rooms/benefit/words'
import { catalog_words } from '@rooms/catalog/words'
import { cockpit_words } from '@rooms/cockpit/words'
import { guard_words } from '@rooms/guard/words'
import { rail_words } from '@rooms/rail/words'
import { editor_words } from '@rooms/rules/editor/words'
import { rules_words } from '@rooms/rules/words'
import { console_words } from '../entries/console/words'
import { index_words } from '../entries/index/words'

const sets = { base_words, benefit_words, catalog_words, cockpit_words, guard_words, rail_words, rules_words, editor_words, console_words, index_words }
const all = Object.assign({}, ...Object.values(sets)) as Record<string, readonly [string, string]>
const holes = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort()
const speaks_both = new Set(['app.lang', 'app.lang_label']) // names the other language in that language

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((e) => e.isFile() && /\.(vue|ts)$/.test(e.name) && !e.name.endsWith('.test.ts'))
    .map((e) => readFileSync(join(e.parentPath, e.name), 'utf8'))
}

describe('words', () => {
  it('are complete in both languages, with the same placeholders', () => {
    for (const [key, [zh, en]] of Object.entries(all)) {
      expect(zh.trim(), key).not.toBe('')
      expect(en.trim(), key).not.toBe('')
      expect(holes(en), key).toEqual(holes(zh))
      if (!speaks_both.has(key)) expect(en, key).not.toMatch(/[\u4e00-\u9fff]/)
    }
  })
  it('are declared once', () => {
    const keys = Object.values(sets).flatMap((set) => Object.keys(set))
    expect(keys.length).toBe(new Set(keys).size)
  })
  it('exist for every key that the pages name outright', () => {
    const used = sources(join(__dirname, '..')).flatMap((text) => [...text.matchAll(/\bt\('([\w.]+)'/g)].map((m) => m[1]!))
    expect(used.length).toBeGreaterThan(100)
    expect(used.filter((key) => !(key in all))).toEqual([])
  })
})
