// Reads a DMN file into what a page can show: each decision as a table or an expression. For reading by
// people only; what decides is the brain, on the server.
export interface DecisionTable {
  name: string
  kind: 'table'
  hit_policy: string
  inputs: string[]
  outputs: string[]
  rules: { inputs: string[]; outputs: string[]; note: string }[]
}
export interface DecisionText {
  name: string
  kind: 'text'
  text: string
}
export type DecisionView = DecisionTable | DecisionText

const children = (at: Element, name: string) => Array.from(at.children).filter((c) => c.localName === name)
const child = (at: Element, name: string) => children(at, name)[0]
const text_of = (at: Element | undefined) => (at && child(at, 'text')?.textContent?.trim()) || ''

function read_table(name: string, table: Element): DecisionTable {
  return {
    name,
    kind: 'table',
    hit_policy: table.getAttribute('hitPolicy') ?? 'UNIQUE',
    inputs: children(table, 'input').map(
      (i) => i.getAttribute('label') || text_of(child(i, 'inputExpression')) || '?',
    ),
    outputs: children(table, 'output').map((o) => o.getAttribute('label') || o.getAttribute('name') || name),
    rules: children(table, 'rule').map((r) => ({
      inputs: children(r, 'inputEntry').map(text_of),
      outputs: children(r, 'outputEntry').map(text_of),
      note: children(r, 'annotationEntry').map(text_of).join(' ') || child(r, 'description')?.textContent?.trim() || '',
    })),
  }
}

// Throws where the text is no well-formed XML.
export function read_dmn(xml: string): DecisionView[] {
  const doc = new DOMParser().parseFromString(xml, 'application/xml')
  const fault = doc.querySelector('parsererror')
  if (fault) throw new Error(fault.textContent ?? 'not well-formed')
  const views: DecisionView[] = []
  for (const decision of children(doc.documentElement, 'decision')) {
    const name = decision.getAttribute('name') ?? '?'
    const table = child(decision, 'decisionTable')
    if (table) {
      views.push(read_table(name, table))
      continue
    }
    const expression = child(decision, 'literalExpression')
    if (expression) views.push({ name, kind: 'text', text: text_of(expression) })
  }
  return views
}
