// What the routes of captured databases take and answer with (/api/captures, /api/reconcile).
import { api, type Page } from '@base/api'

export interface Connection {
  kind: 'postgres' | 'mariadb' | 'odbc'
  address: string
  password?: string
  watermark?: string
}

export interface Look {
  product: string
  database: string
  can_capture: boolean
  findings: { weight: 'good' | 'warning' | 'obstacle'; what: string; remedy: string }[]
}

export interface ForeignTable {
  table: string
  comment: string
  rows_estimate: number
  bytes: number
  key: string[]
  obstacle: string
  notes: string[]
  columns: { name: string; type: string; our_type: string; required: boolean; key: boolean; comment: string }[]
}

export interface EntryItem {
  code: string
  name: string
  type: string
  grade: string
  key?: boolean
  required?: boolean
  check?: string
  [more: string]: unknown
}

export interface Entry {
  code: string
  name: string
  items: EntryItem[]
  [more: string]: unknown
}

export interface Proposal {
  table: string
  entry: Entry
  columns: Record<string, string>
  reasons: { item: string; text: string }[]
}

export interface CaptureTable {
  table: string
  resource: string
  state: string
  rows_copied: number
  rows_estimate: number
  upserts: number
  removes: number
  refused: number
}

export interface Capture {
  name: string
  kind: string
  address: string
  department: string
  state: string
  reason: string
  alert: string
  position: string
  commit_at: string | null
  lag_seconds: number
  lag_bytes: number
  lag_bytes_max: number
  rows_waiting: number
  changes_per_second: number
  transactions: number
  created_at: string
  created_by: string
  updated_at: string
  tables: CaptureTable[]
}

export interface Statement {
  id: string
  resource: string
  source: string
  equal: boolean
  position: string
  at: string
  rows_source: number
  rows_lake: number
  rows_quarantined: number
  ranges: number
  ranges_different: number
  differences: { key: string; kind: string }[]
  statement: string
  signature: string
  public_key: string
}

const root = '/api/captures'
const enc = encodeURIComponent

export const captures = () => api.get<Page<Capture>>(root)
export const capture = (name: string) => api.get<Capture>(`${root}/${enc(name)}`)
export const capture_step = (name: string, step: string, body: object) => api.post<Capture>(`${root}/${enc(name)}/${step}`, body)
export const look = (connection: Connection) => api.post<Look>(`${root}/look`, connection)
export const foreign_tables = (connection: Connection) => api.post<Page<ForeignTable>>(`${root}/tables`, connection)
export const propose = (body: { connection: Connection; tables: string[]; department: string; system: string }) => api.post<Page<Proposal>>(`${root}/propose`, body)
export const connect = (body: {
  name: string
  connection: Connection
  department: string
  system: string
  tables: { table: string; resource: string; columns: Record<string, string>; entry: Entry }[]
}) => api.post<Capture>(root, body)
export const statements = (resource: string) => api.get<Page<Statement>>('/api/reconcile', { resource, limit: 20 })
export const reconcile = (resource: string) => api.post<Statement>('/api/reconcile', { resource })
export const in_source = (resource: string, key: string[]) =>
  api.post<{ verdict: string; in_lake: boolean; in_quarantine: boolean; captured: boolean; source: string; in_source: boolean | null; same: boolean | null; lag_seconds: number; position: string }>('/api/whereabouts', { resource, key })
