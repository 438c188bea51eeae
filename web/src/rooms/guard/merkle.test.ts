import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { root_of } from './merkle'

// The definition of RFC 6962 §2.1, written recursively: another way than the walk under test.
const leaf = (data: string) => createHash('sha256').update(Buffer.concat([Buffer.from([0]), Buffer.from(data)])).digest()
const node = (l: Buffer, r: Buffer) => createHash('sha256').update(Buffer.concat([Buffer.from([1]), l, r])).digest()
const split = (n: number) => 2 ** Math.floor(Math.log2(n - 1))
function mth(d: string[]): Buffer {
  if (d.length === 1) return leaf(d[0]!)
  const k = split(d.length)
  return node(mth(d.slice(0, k)), mth(d.slice(k)))
}
function path(m: number, d: string[]): Buffer[] {
  if (d.length <= 1) return []
  const k = split(d.length)
  return m < k ? [...path(m, d.slice(0, k)), mth(d.slice(k))] : [...path(m - k, d.slice(k)), mth(d.slice(0, k))]
}

describe('inclusion proof', () => {
  it('leads every leaf of every small tree to its root', async () => {
    for (let size = 1; size <= 19; size++) {
      const data = Array.from({ length: size }, (_, i) => `entry ${i}`)
      const root = mth(data).toString('hex')
      for (let index = 0; index < size; index++) {
        const hops = path(index, data).map((b) => b.toString('hex'))
        const proof = { leaf_hash: leaf(data[index]!).toString('hex'), index, size, path: hops, root }
        expect(await root_of(proof)).toBe(root)
        expect(await root_of({ ...proof, leaf_hash: leaf('another').toString('hex') })).not.toBe(root)
        expect(await root_of({ ...proof, path: [...hops, root] })).toBeNull()
      }
    }
  })
  it('refuses an index outside the tree', async () => {
    expect(await root_of({ leaf_hash: '00', index: 3, size: 3, path: [], root: '00' })).toBeNull()
  })
})
