// One command of the decision table: the fact becomes input data of the model, the decision requires it, and
// the table gets a column that reads it. It is undone as one step. Runs inside dmn-js, which injects its parts.
import type { Moddle } from 'dmn-js/lib/Modeler'

export interface NewFact {
  name: string
  type: string // FEEL's name
  description: string
  values: string[] // allowed values, as FEEL text; none where there is no list
}

interface Context {
  decision: Moddle
  fact: NewFact
  input?: Moddle // what execute made, for revert
  requirement?: Moddle
}

const to_dmn_js: Record<string, string> = { 'date and time': 'dateTime', 'days and time duration': 'dayTimeDuration', 'years and months duration': 'yearMonthDuration' }
const dmn_js_type = (type: string) => to_dmn_js[type] ?? type
const definitions_of = (decision: Moddle): Moddle => decision.$parent as Moddle

class RequireFact {
  static $inject = ['moddle']
  private readonly moddle: any
  constructor(moddle: any) {
    this.moddle = moddle
  }
  private make(type: string, prefix: string, attributes: object, parent: Moddle): Moddle {
    const made = this.moddle.create(type, attributes) as Moddle
    made.id = this.moddle.ids.nextPrefixed(prefix, made)
    made.$parent = parent
    return made
  }
  execute(context: Context): Moddle[] {
    const { decision, fact } = context
    const all = definitions_of(decision).get('drgElement') as Moddle[]
    let input = all.find((e) => e.name === fact.name && e.$type !== 'dmn:KnowledgeSource')
    if (!input) {
      input = this.make('dmn:InputData', 'InputData_', { name: fact.name, description: fact.description }, definitions_of(decision))
      const variable = this.make('dmn:InformationItem', 'InformationItem_', { name: fact.name, typeRef: dmn_js_type(fact.type) }, input)
      input.set('variable', variable)
      all.push(input)
      context.input = input
    }
    const required = decision.get('informationRequirement') as Moddle[]
    const points_to = (r: Moddle) => (r.requiredInput ?? r.requiredDecision)?.href === `#${input.id}`
    if (input !== decision && !required.some(points_to)) {
      const requirement = this.make('dmn:InformationRequirement', 'InformationRequirement_', {}, decision)
      const reference = this.moddle.create('dmn:DMNElementReference', { href: `#${input.id}` }) as Moddle
      reference.$parent = requirement
      requirement.set(input.$type === 'dmn:Decision' ? 'requiredDecision' : 'requiredInput', reference)
      required.push(requirement)
      context.requirement = requirement
    }
    return []
  }
  revert(context: Context): Moddle[] {
    const take = (list: Moddle[], item?: Moddle) => {
      const at = item ? list.indexOf(item) : -1
      if (at >= 0) list.splice(at, 1)
    }
    take(context.decision.get('informationRequirement'), context.requirement)
    take(definitions_of(context.decision).get('drgElement'), context.input)
    context.input = context.requirement = undefined
    return []
  }
}

// Requirement and column together.
class AddFactHandler {
  static $inject = ['injector']
  private readonly injector: any
  constructor(injector: any) {
    this.injector = injector
  }
  preExecute(context: Context): void {
    this.injector.get('commandStack').execute('fact.require', context)
    const sheet = this.injector.get('sheet', false)
    if (!sheet) return // a literal expression names the fact in its text
    const { fact } = context
    const factory = this.injector.get('dmnFactory')
    const expression = factory.create('dmn:LiteralExpression', { text: fact.name, typeRef: dmn_js_type(fact.type) })
    const clause = factory.create('dmn:InputClause', { label: fact.name, inputExpression: expression })
    expression.$parent = clause
    if (fact.values.length > 0) {
      const values = factory.create('dmn:UnaryTests', { text: fact.values.join(',') })
      values.$parent = clause
      clause.inputValues = values
    }
    const inputs = (sheet.getRoot().businessObject.input as Moddle[] | undefined)?.length ?? 0
    this.injector.get('modeling').addCol({ type: 'dmn:InputClause', businessObject: clause, id: clause.id }, inputs)
  }
  execute(): Moddle[] {
    return []
  }
  revert(): Moddle[] {
    return []
  }
}

export class AddFact {
  static $inject = ['commandStack']
  private readonly stack: any
  constructor(commandStack: any) {
    this.stack = commandStack
    commandStack.registerHandler('fact.require', RequireFact)
    commandStack.registerHandler('fact.add', AddFactHandler)
  }
  add(decision: Moddle, fact: NewFact): void {
    this.stack.execute('fact.add', { decision, fact })
  }
}
