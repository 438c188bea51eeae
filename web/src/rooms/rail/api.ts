// What the rail's routes take and answer with (/api/sources, /api/quarantine, /api/work-orders, /api/scores).
import { api, type Page, type Query } from '@base/api'

export interface Reason {
  item: string
  check: string
  message: string
}

export interface Quarantined {
  id: string
  resource: string
  source?: string
  file: string
  line: number
  state?: string
  key_masked?: string
  reasons: Reason[]
  row_masked: unknown
  fields?: { item: string; name: string; value_masked: string; bad: boolean }[]
  whole?: boolean
  work_order?: string
  at: string
  settled_at?: string
  settled_by?: string
}

export interface QuarantinePage extends Page<Quarantined> {
  by_check?: { item: string; check: string; rows: number }[]
}

export interface Redriven {
  tried: number
  passed: number
  left: number
  cannot: number
  since: number // pass on to the next call
  more: boolean
}

export interface Order {
  id: string
  kind: string
  resource: string
  resource_name: string
  department: string
  department_name?: string
  source: string
  title: string
  detail: Record<string, unknown>
  state: string
  assignee: string
  rows_open: number
  opened_at: string
  due_on: string
  overdue: boolean
  closed_at: string
  closed_by: string
  closed_why: string
}

export interface OrderDetail extends Order {
  notes: { at: string; by: string; kind: string; text: string }[]
}

export interface OrderPage extends Page<Order> {
  counts: Record<string, number>
}

export interface Score {
  resource: string
  name: string
  department: string
  version: number
  at: string
  score: number
  completeness: number
  validity: number
  uniqueness: number
  timeliness: number
  consistency: number
  rows: number
  rows_open: number
}

const enc = encodeURIComponent

export const quarantine = (query: Query) => api.get<QuarantinePage>('/api/quarantine', query)
export const resubmit = (id: string, row: Record<string, string>, note: string) =>
  api.post<{ passed: boolean; reasons: Reason[]; state: string }>(`/api/quarantine/${enc(id)}/resubmit`, { row, note })
export const dismiss = (id: string, note: string) => api.post<{ state: string }>(`/api/quarantine/${enc(id)}/dismiss`, { note })
export const redrive = (resource: string, check: string, limit: number, since: number) => api.post<Redriven>('/api/quarantine/redrive', { resource, check, limit, since })
export const orders = (query: Query) => api.get<OrderPage>('/api/work-orders', query)
export const order = (id: string) => api.get<OrderDetail>(`/api/work-orders/${enc(id)}`)
export const order_step = (id: string, step: string, body: Record<string, string>) => api.post<Order>(`/api/work-orders/${enc(id)}/${step}`, body)
export const scores = () => api.get<Page<Score>>('/api/scores')

// Scores come in hundredths of a percent: 9987 → "99.87%".
export const score_text = (value: number | null | undefined) => (value == null ? '—' : `${(value / 100).toFixed(2)}%`)
