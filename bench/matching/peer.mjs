// The peer: evaluates 资格 and 金额 of every policy's model for sampled subjects with npm feelin, one core,
// through its public interface. Reads DIR/work.json {models:{id:xml}, policies:[{model,type,parameters}],
// subjects:{type:[facts]}}; prints {evaluations, seconds, digest:[…]} where digest has the amounts in fen.
import { readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { XMLParser } from 'fast-xml-parser'
import { date, evaluate, unaryTest } from 'feelin'

const work = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const seconds_max = Number(process.argv[3] ?? 20)
const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '', parseTagValue: false, parseAttributeValue: false,
  isArray: name => ['inputData', 'decision', 'informationRequirement', 'input', 'rule', 'inputEntry', 'outputEntry'].includes(name) })
const text = node => (node?.text && typeof node.text === 'object' ? node.text['#text'] ?? '' : node?.text ?? '')

function load(xml) {
  const root = parser.parse(xml).definitions
  const inputs = root.inputData.map(i => ({ name: i.variable.name, type: i.variable.typeRef }))
  const decisions = new Map()
  const names = new Map((root.decision ?? []).map(d => [d.id, d.name]))
  for (const d of root.decision) {
    const needs = (d.informationRequirement ?? []).filter(r => r.requiredDecision).map(r => names.get(r.requiredDecision.href.slice(1)))
    const table = d.decisionTable && {
      inputs: d.decisionTable.input.map(i => text(i.inputExpression)),
      rules: d.decisionTable.rule.map(r => ({ tests: r.inputEntry.map(text), output: text(r.outputEntry[0]) })),
    }
    decisions.set(d.name, { needs, table, literal: d.literalExpression && text(d.literalExpression) })
  }
  return { inputs, decisions }
}

function run(model, name, context, done) {
  if (done.has(name)) return done.get(name)
  const decision = model.decisions.get(name)
  for (const need of decision.needs) context[need] = run(model, need, context, done)
  let result = null
  if (decision.literal !== undefined) {
    result = evaluate(decision.literal, context).value
  } else {
    const values = decision.table.inputs.map(i => (i in context ? context[i] : evaluate(i, context).value))
    const hit = decision.table.rules.find(r => r.tests.every((t, i) => t === '-' || unaryTest(t, { ...context, '?': values[i] }).value === true))
    if (hit) result = evaluate(hit.output, context).value
  }
  done.set(name, result)
  return result
}

const read = (value, type) => (value === null ? null : type === 'date' ? date(value) : type === 'number' ? Number(value) : value)
const models = Object.fromEntries(Object.entries(work.models).map(([id, xml]) => [id, load(xml)]))
const digest = []
let evaluations = 0
const start = process.hrtime.bigint()
const elapsed = () => Number(process.hrtime.bigint() - start) / 1e9
outer: for (let row = 0; row < work.rows; ++row) {
  for (const policy of work.policies) {
    const subject = work.subjects[policy.type][row]
    if (!subject) continue
    const model = models[policy.model]
    const context = {}
    for (const input of model.inputs) context[input.name] = read(policy.parameters[input.name] ?? subject[input.name] ?? null, input.type)
    const done = new Map()
    const entitled = run(model, '资格', context, done)
    const amount = run(model, '金额', context, done)
    digest.push(entitled === true && amount > 0 ? Math.round(amount * 100) : 0)
    ++evaluations
    if (evaluations % 1000 === 0 && elapsed() > seconds_max) break outer
  }
}
const seconds = elapsed()
console.log(JSON.stringify({ evaluations, seconds, amounts: digest, hash: createHash('sha256').update(digest.join(',')).digest('hex') }))
