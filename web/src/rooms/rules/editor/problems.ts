// What the server says of a model, in the order in which it matters, with the place to go to.
import { locale, t } from '@base/i18n'
import type { Diagnostic, Finding, Validation } from '../api'
import { ids_at } from './locate'

export interface Problem {
  severity: 'error' | 'warning'
  code: string
  text: string
  hint: string
  where: string
  value: string
  decision: string // id or name of the decision, to open it
  places: string[] // ids of elements, the innermost first
  rules: number[] // rules of a table, from 1
}

// A decision's name out of "decision 资格".
const decision_in = (where: string) => where.replace(/^decision\s+/, '')

function of_diagnostic(d: Diagnostic, xml: string): Problem {
  return {
    severity: d.severity, code: d.code, text: d.message, hint: d.suggestion, where: decision_in(d.where), value: d.value,
    decision: decision_in(d.where), places: d.line > 0 ? ids_at(xml, d.line, d.column) : [], rules: [],
  }
}

function of_finding(f: Finding): Problem {
  const example = f.example?.map((e) => `${e.input} = ${e.value}`).join(t('rules.and'))
  const text = locale.value === 'en' ? f.message : f.message_zh || f.message
  return {
    severity: f.severity, code: f.code, text, hint: [f.suggestion, example ? t('rules.example', { example }) : ''].filter(Boolean).join(' '),
    where: f.decision, value: f.value, decision: f.element || f.decision, places: [], rules: f.rules ?? [],
  }
}

export function problems_of(check: Validation | null, xml: string): Problem[] {
  if (!check) return []
  const all = [...check.diagnostics.map((d) => of_diagnostic(d, xml)), ...check.findings.map(of_finding)]
  return all.sort((a, b) => Number(a.severity !== 'error') - Number(b.severity !== 'error'))
}

// Style rules that mark the cells and the rule numbers of the open table: in a sheet of its own, because
// dmn-js draws its cells anew at will.
export function marks_of(problems: Problem[], row_ids: (decision: string) => string[]): string {
  const rule = (selector: string, kind: string) => `${selector}{box-shadow:inset 0 0 0 2px var(--${kind})}`
  const sign = (selector: string, kind: string) => `${selector}{background:var(--${kind}-soft)!important;color:var(--${kind})!important;font-weight:700}${selector}::after{content:"${kind === 'danger' ? '✕' : '▲'}";margin-left:2px;font-size:11px}`
  const out: string[] = []
  for (const p of [...problems].reverse()) {
    const kind = p.severity === 'error' ? 'danger' : 'warn'
    const rows = row_ids(p.decision)
    for (const n of p.rules) if (rows[n - 1]) out.push(sign(`.dmn-host td.rule-index[data-row-id="${CSS.escape(rows[n - 1]!)}"]`, kind))
    for (const id of p.places.slice(0, 2)) {
      out.push(rule(`.dmn-host td[data-element-id="${CSS.escape(id)}"],.dmn-host th[data-col-id="${CSS.escape(id)}"]`, kind))
      out.push(sign(`.dmn-host td.rule-index[data-row-id="${CSS.escape(id)}"]`, kind))
    }
  }
  return out.join('\n')
}
