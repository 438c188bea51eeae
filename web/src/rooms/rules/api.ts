// What the rules' routes take and answer with (/api/models, /api/rules).
import { api, type Page } from '@base/api'

export interface Model {
  id: string
  name: string
  version: number
  state: 'draft' | 'submitted' | 'published' | 'returned'
  effective_from: string | null
  effective_to: string | null
  author: string
  publisher: string | null
  hash: string
  note?: string
}

export interface Diagnostic {
  severity: 'error' | 'warning'
  code: string
  message: string
  where: string
  line: number
  column: number
  value: string
  suggestion: string
}

export interface Finding extends Diagnostic {
  decision: string
  element: string
  rules: number[]
  example: { input: string; value: string }[]
  message_zh: string
}

export interface ModelDetail extends Model {
  xml: string
  inputs: { name: string; type: string }[]
  decisions: (string | { name: string; type?: string })[]
  diagnostics: Diagnostic[]
  findings?: Finding[]
}

export interface ModelInput {
  name: string
  type: string
  description: string
  kind: 'fact' | 'parameter' | 'date' | 'unknown'
}

export interface ModelDecision {
  id: string
  name: string
  type: string
  kind: string
  inputs: string[]
}

export interface TableCheck {
  decision: string
  element: string
  policy: string
  rules: number
  inputs: string[]
  complete: boolean
  checked: boolean
}

export interface Validation {
  ok: boolean
  name: string
  hash: string
  inputs: ModelInput[]
  decisions: ModelDecision[]
  diagnostics: Diagnostic[]
  findings: Finding[]
  tables: TableCheck[]
  micros: number
}

export type SubjectType = 'enterprise' | 'person'

export interface Fact {
  name: string
  subject_type: SubjectType
  type: string
  unit: string
  description: string
  aggregate: string
  resource: string
  resource_name: string
  item: string
  item_name: string
  owner: string
  owner_name: string
  values: { code: string; name: string }[]
}

export interface Builtin {
  name: string
  signatures: string[]
  category: string
  summary: string
  summary_zh: string
  example: string
  result: string
}

export interface Use {
  policy: string
  name: string
  subject_type: SubjectType
  parameters: Record<string, unknown>
}

export interface WhyLine {
  text: string
  holds: boolean | null
  decision: string
  rule: number | null
  value: unknown
  fact: string
  resource: string
  resource_name: string
}

export interface Change {
  decision: string
  rule: number | null
  conditions: { text_zh: string; text_en: string; input: string; have: unknown; need: unknown; resource: string; resource_name: string }[]
}

export interface Evaluation {
  model: string | null
  version: number | null
  hash: string
  date: string
  policy: string | null
  decisions: { id: string; name: string; kind: string; value: unknown; diagnostics: Diagnostic[] }[]
  why: { zh: WhyLine[]; en: WhyLine[] }
  changes: Change[]
}

export interface EvaluateBody {
  xml?: string
  model?: string
  version?: number
  subject_type?: SubjectType
  subject?: string
  inputs?: Record<string, unknown>
  parameters?: Record<string, unknown>
  policy?: string
  date?: string
}

export type Side = { xml: string } | { id: string; version: number }

export interface DiffCell {
  column: string
  role: 'input' | 'output' | 'annotation'
  before: string | null
  after: string | null
  changed: boolean
}

export interface DiffPart {
  what: string
  at?: string
  change: 'added' | 'removed' | 'changed'
  before?: string | null
  after?: string | null
  number_before?: number | null
  number_after?: number | null
  cells?: DiffCell[]
}

export interface Diff {
  same: boolean
  left: { name: string; hash: string }
  right: { name: string; hash: string }
  elements: { kind: string; id: string; name: string; change: 'added' | 'removed' | 'changed'; parts: DiffPart[] }[]
}

export interface Moved {
  subjects: number
  amount_fen: number
}

export interface Group {
  code: string
  name: string
  subjects: number
  entitled: number
  amount_fen: number
  before_entitled: number
  before_amount_fen: number
}

export interface SimulationResult {
  subjects: number
  entitled: number
  amount_fen: number
  diagnostics: number
  before: { entitled: number; amount_fen: number } | null
  gain: Moved | null
  lose: Moved | null
  more: Moved | null
  less: Moved | null
  same: Moved | null
  by_district: Group[]
  by_industry: Group[]
  values: { value: unknown; subjects: number; before_subjects: number }[]
  evaluations: number
  as_of: string
}

export interface Simulation {
  id: string
  state: 'running' | 'done' | 'failed' | 'stopped'
  error: string | null
  name: string
  date: string
  policy: string | null
  decision: string
  amount: string | null
  against: { model: string; version: number; hash: string } | null
  started_at: string
  seconds: number
  subjects_done: number
  subjects_total: number
  result: SimulationResult | null
}

export interface SimulateBody {
  xml: string
  model?: string
  subject_type: SubjectType
  parameters?: Record<string, unknown>
  policy?: string
  date?: string
  decision?: string
  amount?: string
  against?: { model: string; version: number } | null
}

export const model_path = (id: string, version: number | string) => `/api/models/${encodeURIComponent(id)}/${version}`
const simulations = '/api/rules/simulations'

export const models = () => api.get<Page<Model>>('/api/models')
export const model = (id: string, version: number | string) => api.get<ModelDetail>(model_path(id, version))
export const versions = (id: string) => api.get<Page<Model>>(`/api/models/${encodeURIComponent(id)}/versions`)
export const draft = (body: { id: string; xml: string; effective_from: string; effective_to?: string }) => api.post<Model>('/api/models', body)
export const submit = (id: string, version: number) => api.post<Model>(`${model_path(id, version)}/submit`)
export const publish = (id: string, version: number) => api.post<Model>(`${model_path(id, version)}/publish`)
export const give_back = (id: string, version: number, note: string) => api.post<Model>(`${model_path(id, version)}/return`, { note })
export const facts = (subject_type: SubjectType) => api.get<Page<Fact>>('/api/rules/facts', { subject_type })
export const builtins = () => api.get<Page<Builtin>>('/api/rules/builtins')
export const uses = (id: string) => api.get<Page<Use>>('/api/rules/uses', { model: id })
export const validate = (xml: string, subject_type: SubjectType) => api.post<Validation>('/api/rules/validate', { xml, subject_type })
export const evaluate = (body: EvaluateBody) => api.post<Evaluation>('/api/rules/evaluate', body)
export const diff = (left: Side, right: Side) => api.post<Diff>('/api/rules/diff', { left, right })
export const simulate = (body: SimulateBody) => api.post<Simulation>(simulations, body)
export const simulation = (job: string) => api.get<Simulation>(`${simulations}/${job}`)
export const stop_simulation = (job: string) => api.post<Simulation>(`${simulations}/${job}/stop`)
export const moved_subjects = (job: string, kind: string, page: number, size: number) =>
  api.get<Page<{ subject: string; before_fen: number; after_fen: number }> & { kept: number }>(`${simulations}/${job}/subjects`, { kind, page, size })
