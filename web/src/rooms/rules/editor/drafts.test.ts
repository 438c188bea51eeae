import { describe, expect, it } from 'vitest'
import { forget_draft, keep_draft, read_draft } from './drafts'

class Memory {
  private readonly map = new Map<string, string>()
  full = false
  get length() { return this.map.size }
  key(i: number) { return [...this.map.keys()][i] ?? null }
  getItem(key: string) { return this.map.get(key) ?? null }
  removeItem(key: string) { this.map.delete(key) }
  clear() { this.map.clear() }
  setItem(key: string, value: string) {
    if (this.full) throw new Error('quota')
    this.map.set(key, value)
  }
}

const draft = (id: string, at: string) => ({ id, name: id, base: 0, xml: '<definitions/>', at })

describe('local drafts', () => {
  it('are read back and forgotten', () => {
    const store = new Memory()
    expect(keep_draft(draft('a', '2020-06-01T00:00:00Z'), store)).toBe(true)
    expect(read_draft('a', store)?.xml).toBe('<definitions/>')
    forget_draft('a', store)
    expect(read_draft('a', store)).toBeNull()
  })
  it('keep the newest eight', () => {
    const store = new Memory()
    for (let i = 0; i < 12; i++) keep_draft(draft(`m${i}`, `2020-06-${String(i + 1).padStart(2, '0')}`), store)
    expect(store.length).toBe(8)
    expect(read_draft('m3', store)).toBeNull()
    expect(read_draft('m11', store)).not.toBeNull()
  })
  it('say so where there is no room, and where the entry is broken', () => {
    const store = new Memory()
    store.setItem('citybrain.rules.draft.b', '{')
    expect(read_draft('b', store)).toBeNull()
    store.full = true
    expect(keep_draft(draft('a', '2020'), store)).toBe(false)
    expect(keep_draft({ ...draft('a', '2020'), xml: 'x'.repeat(1_000_001) }, new Memory())).toBe(false)
  })
})
