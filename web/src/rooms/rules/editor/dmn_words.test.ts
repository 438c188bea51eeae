// The Chinese of dmn-js is complete: every key in the library's source, read from node_modules, has its word.
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { composed_by_library, dmn_words_zh, left_alone, translate_dmn, untranslated_by_library } from './dmn_words'

const packages = ['dmn-js-shared', 'dmn-js-drd', 'dmn-js-decision-table', 'dmn-js-literal-expression', 'dmn-js-boxed-expression', 'table-js', 'diagram-js']
const modules = new URL('../../../../node_modules/', import.meta.url)

function sources(): string[] {
  return packages.flatMap((name) => {
    const lib = new URL(`${name}/lib/`, modules)
    return readdirSync(lib, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.js'))
      .map((file) => readFileSync(new URL(file, lib), 'utf8'))
  })
}

const unescape = (text: string) => text.replace(/\\(["'])/g, '$1')
// Literals given to the translator, labels and titles that are translated where they are drawn, and text
// written straight into the page.
const patterns = [
  /translate\(\s*(['"`])((?:\\.|(?!\1).)*)\1/g,
  /(?:label|explanation|title|LABEL)['"]?\s*[:=]\s*(['"])([A-Z](?:\\.|(?!\1).)*)\1/g,
  /createTextVNode\((["'])([ A-Za-z][^"'\\]*[a-z.][^"'\\]*)\1\)/g,
  /(?:PnYnM|PnDTnH)?return (')((?:Element must|Id must|Date must|Time must|Date and time must)[^']*)'/g,
]

function keys(): Set<string> {
  const found = new Set<string>()
  for (const text of sources()) {
    for (const pattern of patterns) for (const match of text.matchAll(pattern)) found.add(unescape(match[2] ?? ''))
  }
  for (const key of [...left_alone, 'FEEL', 'PMML']) found.delete(key)
  return found
}

describe('words of dmn-js', () => {
  const all = keys()
  it('are read from the library', () => {
    expect(all.size).toBeGreaterThan(180)
    expect(all.has('Add rule')).toBe(true)
    expect(all.has('Collect (Sum)')).toBe(true)
  })
  it('are complete in Chinese', () => expect([...all].filter((key) => !(key in dmn_words_zh))).toEqual([]))
  it('hold no word that the library no longer has', () => {
    const text = sources().join('\n')
    const plain = Object.keys(dmn_words_zh).filter((key) => !text.includes(key.replaceAll('"', '\\"')) && !text.includes(key))
    expect(plain).toEqual([])
  })
  it('are Chinese', () => expect(Object.entries(dmn_words_zh).filter(([k, v]) => k !== 'Java' && !/[\u4e00-\u9fff]/.test(v))).toEqual([]))
  it('know what the library puts together', () => {
    expect(sources().some((text) => text.includes("`Move ${isInput(col) ? 'Input' : 'Output'}`"))).toBe(true)
    expect(Object.keys(composed_by_library)).toEqual(['Move Input', 'Move Output'])
  })
  it('name what the library forgot to translate', () => expect(untranslated_by_library.filter((key) => !(key in dmn_words_zh))).toEqual([]))
  it('are filled', () => {
    expect(translate_dmn('Function kind: {kind}', { kind: 'FEEL' })).toBe('函数种类：FEEL')
    expect(translate_dmn('e.g. { sample }', { sample: 'P1Y' })).toBe('例如 P1Y')
    expect(translate_dmn('dateTime', {}, true)).toBe('date and time')
  })
})
