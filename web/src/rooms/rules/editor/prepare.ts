// A model's XML on its way into dmn-js and what dmn-js cannot do with it. dmn-js edits DMN 1.3: newer and
// older namespaces are written as 1.3, elements get the ids by which findings are placed, and the diagram is
// completed. A file with boxed expressions of DMN 1.4 and 1.5 is edited as text.
import { layers_of } from '@rooms/catalog/lineage_layout'

export const dmn_13 = {
  model: 'https://www.omg.org/spec/DMN/20191111/MODEL/',
  dmndi: 'https://www.omg.org/spec/DMN/20191111/DMNDI/',
  dc: 'http://www.omg.org/spec/DMN/20180521/DC/',
  di: 'http://www.omg.org/spec/DMN/20180521/DI/',
}
const model_spaces = /https?:\/\/www\.omg\.org\/spec\/DMN\/20(180521|191111|211108|230324)\/MODEL\//
const dmndi_spaces = /https?:\/\/www\.omg\.org\/spec\/DMN\/20(180521|191111|211108|230324)\/DMNDI\//g
// Boxed expressions that DMN 1.3 does not have.
const newer = ['conditional', 'for', 'every', 'some', 'filter']
const with_ids = ['input', 'output', 'rule', 'inputEntry', 'outputEntry', 'inputExpression', 'literalExpression', 'decisionTable', 'informationRequirement', 'knowledgeRequirement', 'authorityRequirement', 'variable']

export class NotEditable extends Error {}

const children = (at: Element, name: string) => Array.from(at.children).filter((c) => c.localName === name)

function parse(xml: string): Document {
  const doc = new DOMParser().parseFromString(xml, 'application/xml')
  const fault = doc.querySelector('parsererror')
  if (fault) throw new NotEditable(fault.textContent ?? 'not well-formed')
  if (doc.documentElement.localName !== 'definitions') throw new NotEditable(`<${doc.documentElement.localName}>`)
  return doc
}

// Names of the boxed expressions in the file that dmn-js would lose.
export function beyond_dmn_13(doc: Document): string[] {
  const found = newer.filter((name) => Array.from(doc.getElementsByTagNameNS('*', name)).some((e) => model_spaces.test(e.namespaceURI ?? '')))
  return [...new Set(found)]
}

function give_ids(doc: Document): void {
  const taken = new Set(Array.from(doc.querySelectorAll('[id]'), (e) => e.getAttribute('id')))
  let next = 1
  for (const name of with_ids) {
    for (const element of Array.from(doc.getElementsByTagNameNS(dmn_13.model, name))) {
      if (element.hasAttribute('id')) continue
      while (taken.has(`${name}_${next}`)) next++
      element.setAttribute('id', `${name}_${next++}`)
    }
  }
}

const box = { decision: [180, 80], inputData: [125, 45], businessKnowledgeModel: [135, 46], knowledgeSource: [100, 63], decisionService: [180, 80] } as const
const gap_x = 40
const gap_y = 70

interface Node {
  id: string
  w: number
  h: number
}

// Requirement edges, from what is required to what requires it.
function requirements(nodes: Element[]): { from: string; to: string; edge: string }[] {
  const href = (at: Element) => {
    const required = Array.from(at.children).find((c) => c.localName.startsWith('required'))
    return required?.getAttribute('href')?.replace(/^#/, '') ?? ''
  }
  return nodes.flatMap((node) =>
    Array.from(node.children)
      .filter((c) => c.localName.endsWith('Requirement'))
      .map((c) => ({ from: href(c), to: node.getAttribute('id') ?? '', edge: c.getAttribute('id') ?? '' })),
  )
}

interface Box {
  x: number
  y: number
  w: number
  h: number
}

const number_of = (at: Element | undefined, name: string) => Number(at?.getAttribute(name) ?? 0)

// What the file's own diagram says, by element.
function shapes_of(doc: Document): Map<string, Box> {
  const shapes = Array.from(doc.getElementsByTagNameNS(dmn_13.dmndi, 'DMNShape'))
  return new Map(
    shapes.map((shape) => {
      const bounds = children(shape, 'Bounds')[0]
      const box = { x: number_of(bounds, 'x'), y: number_of(bounds, 'y'), w: number_of(bounds, 'width'), h: number_of(bounds, 'height') }
      return [shape.getAttribute('dmnElementRef') ?? '', box]
    }),
  )
}

// Rows from left to right, each centred, the first on top.
function place(rows: Node[][], top: number): Map<string, Box> {
  const width_of = (row: Node[]) => row.reduce((sum, n) => sum + n.w + gap_x, -gap_x)
  const widest = Math.max(...rows.map(width_of))
  const placed = new Map<string, Box>()
  rows.forEach((row, r) => {
    let x = 160 + (widest - width_of(row)) / 2
    for (const node of row) {
      placed.set(node.id, { x: Math.round(x), y: top + r * (80 + gap_y), w: node.w, h: node.h })
      x += node.w + gap_x
    }
  })
  return placed
}

function add(parent: Element, space: string, name: string, attributes: Record<string, string | number>): Element {
  const made = parent.ownerDocument.createElementNS(space, name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value))
  parent.append(made)
  return made
}

// Completes the diagram: a file without one is laid out in layers, inputs at the bottom and what is decided
// last on top; an element that an existing diagram lacks goes below it.
function complete_diagram(doc: Document): void {
  const root = doc.documentElement
  const elements = Object.keys(box).flatMap((name) => children(root, name))
  const known = shapes_of(doc)
  const edges = requirements(elements).filter((e) => e.edge && elements.some((n) => n.getAttribute('id') === e.from))
  const layer = layers_of(edges.map((e) => ({ ...e, kind: '' })))
  const rows: Node[][] = []
  for (const element of elements) {
    const id = element.getAttribute('id') ?? ''
    if (known.has(id)) continue
    const [w, h] = box[element.localName as keyof typeof box]
    ;(rows[known.size > 0 ? 0 : (layer.get(id) ?? 0)] ??= []).push({ id, w, h })
  }
  const filled = rows.filter((r) => r && r.length > 0).reverse()
  const drawn = new Set(Array.from(doc.getElementsByTagNameNS(dmn_13.dmndi, 'DMNEdge'), (e) => e.getAttribute('dmnElementRef')))
  const dmndi = children(root, 'DMNDI')[0] ?? add(root, dmn_13.dmndi, 'dmndi:DMNDI', {})
  const diagram = children(dmndi, 'DMNDiagram')[0] ?? add(dmndi, dmn_13.dmndi, 'dmndi:DMNDiagram', {})
  const below = Math.max(80 - gap_y, ...Array.from(known.values(), (b) => b.y + b.h)) + gap_y
  for (const [id, at] of filled.length ? place(filled, below) : []) {
    known.set(id, at)
    const shape = add(diagram, dmn_13.dmndi, 'dmndi:DMNShape', { dmnElementRef: id })
    add(shape, dmn_13.dc, 'dc:Bounds', { x: at.x, y: at.y, width: at.w, height: at.h })
  }
  for (const e of edges) {
    const [a, b] = [known.get(e.from), known.get(e.to)]
    if (!a || !b || drawn.has(e.edge)) continue
    const edge = add(diagram, dmn_13.dmndi, 'dmndi:DMNEdge', { dmnElementRef: e.edge })
    add(edge, dmn_13.di, 'di:waypoint', { x: a.x + a.w / 2, y: a.y })
    add(edge, dmn_13.di, 'di:waypoint', { x: b.x + b.w / 2, y: b.y + b.h })
  }
}

// Throws NotEditable, saying why, where dmn-js would lose something of the model.
export function prepare(xml: string): string {
  const as_13 = xml.replace(new RegExp(model_spaces, 'g'), dmn_13.model).replace(dmndi_spaces, dmn_13.dmndi)
  const doc = parse(as_13)
  const lost = beyond_dmn_13(doc)
  if (lost.length > 0) throw new NotEditable(lost.map((name) => `<${name}>`).join(' '))
  give_ids(doc)
  complete_diagram(doc)
  return new XMLSerializer().serializeToString(doc)
}
