// What benefit's routes answer with (contract: /api/policies, /api/lines, /api/payments, /api/me).
import { api, type Page, type Query } from '@base/api'
import { t } from '@base/i18n'

export interface Policy {
  code: string
  name: string
  level: string
  division: string
  division_name: string
  department_name: string
  subject: string
  mode: string
  model: string
  state: string
  window_from: string
  window_to: string
  line: string
  city_share: number
  matched: number
  matched_fen: number
  paid: number
  paid_fen: number
}

export interface Line {
  code: string
  name: string
  level: string
  division_name: string
  year: number
  appropriated_fen: number
  pending_fen: number
  posted_fen: number
  available_fen: number
}

export interface PolicyDetail extends Policy {
  basis: string
  summary: string
  parameters: Record<string, unknown> | string | null
  line_detail: Line | Line[] | null
  last_match?: { at: string | null; subjects: number; entitled: number; amount_fen: number; audit_index: number } | null
  drafter?: string
  publisher?: string | null
  model_version: number | string | null
}

export interface MatchReport {
  subjects: number
  entitled: number
  amount_fen: number
  seconds: number
}

export interface Reason {
  text: string
  value: unknown
  holds: boolean | null
  resource?: string | null
  resource_name?: string | null
  fact?: string | null
}

export interface Entitlement {
  policy: string
  name: string
  entitled: boolean
  amount_fen: number
  reasons: Reason[]
  state: string
  mode: string
  decision?: string | null
  summary?: string
  basis?: string
  window_to?: string
  in_words?: string
  note?: string
}

export interface Claim {
  id: string
  policy: string
  name: string
  amount_fen: number
  state: string
  steps: { at: string | null; state: string; text: string }[]
  decision?: string | null
}

export interface Payment {
  id: string
  policy: string
  name: string
  payee_masked: string
  amount_fen: number
  line: string
  state: string
  at: string
  end_to_end_id: string
  decision?: string | null
  note?: string
}

export interface ClaimToCheck {
  id: string
  policy: string
  name: string
  payee_masked?: string
  subject_masked?: string
  amount_fen: number
  state: string
  at?: string
  decision?: string | null
}

const enc = encodeURIComponent
export const policies = (query: Query) => api.get<Page<Policy>>('/api/policies', query)
export const policy = (code: string) => api.get<PolicyDetail>(`/api/policies/${enc(code)}`)
export const publish = (code: string) => api.post<unknown>(`/api/policies/${enc(code)}/publish`)
export const match = (code: string) => api.post<MatchReport>(`/api/policies/${enc(code)}/match`)
export const lines = (query: Query) => api.get<Page<Line>>('/api/lines', query)
export const payments = (query: Query) => api.get<Page<Payment>>('/api/payments', query)
export const claims = (query: Query) => api.get<Page<ClaimToCheck>>('/api/claims', query)
export const approve = (id: string) => api.post<unknown>(`/api/claims/${enc(id)}/approve`)
// `all`: also what one is not entitled to; without `reasons` each item has its one sentence alone.
export const my_entitlements = (all: boolean, reasons: boolean) =>
  api.get<Page<Entitlement>>('/api/me/entitlements', { ...(all ? { all: 1 } : {}), ...(reasons ? {} : { reasons: 0 }) })
export const my_claims = () => api.get<Page<Claim>>('/api/me/claims')
export const claim = (code: string) => api.post<Claim>('/api/me/claims', { policy: code })
export const decision = (id: string) => api.get<Record<string, unknown>>(`/api/decisions/${enc(id)}`)

// A value as a person reads it.
export function plain(value: unknown): string {
  if (value === true) return t('app.yes')
  if (value === false) return t('app.no')
  if (value == null || value === '') return '—'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
