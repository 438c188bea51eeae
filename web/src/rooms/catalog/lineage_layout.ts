// Places lineage nodes in layers: a node's layer is the longest way to it from a source. Edges that would close
// a cycle are drawn but do not push nodes further, so the work is bounded.
import type { Edge } from './api'

export interface Placed {
  id: string
  x: number
  y: number
  w: number
  h: number
}

const node_w = 184
const node_h = 58
const gap_x = 52
const gap_y = 18
const pad = 4

export function layers_of(edges: Edge[]): Map<string, number> {
  const layer = new Map<string, number>()
  for (const e of edges) {
    layer.set(e.from, 0)
    layer.set(e.to, 0)
  }
  const rounds_max = layer.size
  for (let round = 0; round < rounds_max; round++) {
    let moved = false
    for (const e of edges) {
      const next = (layer.get(e.from) ?? 0) + 1
      if (next > (layer.get(e.to) ?? 0) && next < rounds_max) {
        layer.set(e.to, next)
        moved = true
      }
    }
    if (!moved) break
  }
  return layer
}

export function layout(edges: Edge[]): { nodes: Placed[]; edges: { d: string }[]; width: number; height: number } {
  const layer = layers_of(edges)
  const columns: string[][] = []
  for (const [id, l] of layer) (columns[l] ??= []).push(id)
  const filled = columns.filter((c) => c !== undefined && c.length > 0)
  const tallest = Math.max(1, ...filled.map((c) => c.length))
  const height = tallest * (node_h + gap_y) - gap_y + 2 * pad
  const nodes: Placed[] = []
  filled.forEach((ids, column) => {
    const used = ids.length * (node_h + gap_y) - gap_y
    ids.forEach((id, row) => {
      const y = (height - used) / 2 + row * (node_h + gap_y)
      nodes.push({ id, x: pad + column * (node_w + gap_x), y, w: node_w, h: node_h })
    })
  })
  const by_id = new Map(nodes.map((n) => [n.id, n]))
  const drawn = edges.flatMap((e) => {
    const a = by_id.get(e.from)
    const b = by_id.get(e.to)
    if (!a || !b) return []
    const x1 = a.x + a.w
    const y1 = a.y + a.h / 2
    const x2 = b.x
    const y2 = b.y + b.h / 2
    const bend = Math.max(24, (x2 - x1) / 2)
    return [{ d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` }]
  })
  const width = filled.length * (node_w + gap_x) - gap_x + 2 * pad
  return { nodes, edges: drawn, width, height }
}
