// What the routes of supply and demand take and answer with (/api/catalog).
import { api, type Page, type Query } from '@base/api'

export interface Duty {
  code: string
  name: string
  department: string
  department_name: string
  resource: string
  resource_name: string
  basis: string
  update_cycle: string
  due_on: string | null
  state: string
  items: number
  items_supplied: number
  overdue: boolean
}

export interface DutyDetail extends Duty {
  item_list: { position: number; name: string; item: string; supplied: boolean }[]
  demands: Demand[]
}

export interface Demand {
  id: string
  name: string
  department: string
  department_name: string
  items: string[]
  purpose: string
  basis: string
  update_cycle: string
  wanted_on: string | null
  state: string
  provider: string
  provider_name: string
  resource: string
  resource_name: string
  duty: string
  submitted_at: string
  due_on: string | null
  waits_for: string
  overdue: boolean
  working_days_left: number | null
  reason: string
}

export interface Coordination {
  id: string
  kind: string
  kind_name: string
  title: string
  held_on: string
  departments: { department: string; department_name: string }[]
  demands: string[]
  outcome: string
  due_on: string | null
  state: string
  overdue: boolean
  done_on: string | null
  note: string
}

export interface DemandDetail extends Demand {
  events: { at: string; by: string; from: string; to: string; note: string }[]
  coordination: Coordination[]
  next: string[]
}

export interface Suggestion {
  resource: string
  resource_name: string
  name: string
  department: string
  department_name: string
  share_type: string
  covers: string[]
  missing: string[]
  score: number
  duty: string
}

export interface Return {
  id: string
  resource: string
  resource_name: string
  division: string
  division_name: string
  purpose: string
  items: string[]
  update_cycle: string
  state: string
  since: string
  by: string
  note: string
  next_at: string | null
  delivered: number
  error: string
}

export interface Delivery {
  number: number
  at: string
  state: string
  unchanged: boolean
  rows: number
  bytes: number
  digest: string
  audit_index: number
  received_at: string | null
}

export interface ReturnDetail extends Return {
  deliveries: Delivery[]
  own: boolean
}

export interface Reminder {
  at: string
  level: number
  kind: string
  id: string
  department: string
  department_name: string
  text: string
  due_on: string
}

export interface Board {
  demands: Record<string, number>
  overdue: number
  due_soon: number
  duties: { total: number; items: number; items_supplied: number; supplied: number }
  coordination: { meeting: number; onsite: number; notice: number; open: number }
  returns: { active: number; paused: number }
  limits: Record<string, number>
  by_department: { department: string; department_name: string; open: number; overdue: number }[]
}

const root = '/api/catalog'
const enc = encodeURIComponent

export const board = () => api.get<Board>(`${root}/board`)
export const duties = (query: Query) => api.get<Page<Duty>>(`${root}/duties`, query)
export const duty = (code: string) => api.get<DutyDetail>(`${root}/duties/${enc(code)}`)
export const supply = (code: string, positions: number[]) => api.post<Duty>(`${root}/duties/${enc(code)}/supplied`, { positions })
export const demands = (query: Query) => api.get<Page<Demand>>(`${root}/demands`, query)
export const demand = (id: string) => api.get<DemandDetail>(`${root}/demands/${enc(id)}`)
export const suggestions = (id: string) => api.get<Page<Suggestion>>(`${root}/demands/${enc(id)}/suggestions`)
export const demand_step = (id: string, action: string, body: Record<string, string>) => api.post<Demand>(`${root}/demands/${enc(id)}/${action}`, body)
export const new_demand = (body: { name: string; items: string[]; purpose: string; basis: string; update_cycle: string; wanted_on: string }) => api.post<Demand>(`${root}/demands`, body)
export const coordination = (query: Query) => api.get<Page<Coordination>>(`${root}/coordination`, query)
export const coordination_done = (id: string, note: string) => api.post<Coordination>(`${root}/coordination/${enc(id)}/done`, { note })
export const new_coordination = (body: { kind: string; title: string; held_on: string; departments: string[]; demands?: string[]; outcome: string; due_on?: string }) => api.post<Coordination>(`${root}/coordination`, body)
export const returns = (query: Query) => api.get<Page<Return>>(`${root}/returns`, query)
export const return_detail = (id: string) => api.get<ReturnDetail>(`${root}/returns/${enc(id)}`)
export const return_step = (id: string, action: string, note = '') => api.post<Return>(`${root}/returns/${enc(id)}/${action}`, { note })
export const delivery_file = (id: string, number: number) => `${root}/returns/${enc(id)}/deliveries/${number}/file`
export const delivery_received = (id: string, number: number, digest: string) => api.post<Delivery>(`${root}/returns/${enc(id)}/deliveries/${number}/received`, { digest })
export const reminders = () => api.get<Page<Reminder>>(`${root}/reminders`)
