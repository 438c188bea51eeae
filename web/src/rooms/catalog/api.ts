// What the catalog's routes answer with (contract: /api/departments, /api/resources).
import { api, with_query, type Page, type Query } from '@base/api'

export interface Department {
  short: string
  name: string
  resources: number
}

export interface Facet {
  value: string
  label: string
  count: number
}

export interface Found extends Page<Resource> {
  facets?: Record<string, Facet[]>
}

export interface Resource {
  code: string
  version?: number
  grade?: string
  abstract?: string
  matched?: { code: string; name: string }[]
  resource_code: string
  name: string
  department: string
  department_name: string
  category: string
  share_type: string
  open_type: string
  update_cycle: string
  items: number
  rows: number | null
  quality: number | null
  quarantined: number
  landed_at: string | null
}

export interface Item {
  code: string
  name: string
  type: string
  key: boolean
  required: boolean
  grade: string
  check: string
  share_type: string
  open_type: string
  description: string
}

export interface Edge {
  from: string
  to: string
  kind: string
  rows?: number
}

export interface LineageNode {
  id: string
  kind: string
  label: string
  resource: string
  distance: number
}

export interface Lineage {
  nodes: LineageNode[]
  edges: Edge[]
  truncated: boolean
}

export interface Impact extends Page<{ kind: string; id: string; label: string; effect: string; path: string[] }> {
  breaks: boolean
  counts: Record<string, number>
}

export interface EntryVersion {
  version: number
  at: string
  origin: string
  by: string
  retired: boolean
}

export interface ScorePoint {
  at: string
  version: number
  score: number
  completeness: number
  validity: number
  uniqueness: number
  timeliness: number
  consistency: number
  rows: number
}

export interface ResourceDetail extends Resource {
  abstract: string
  department_code?: string
  classes?: { code: string; name: string }[]
  share_method?: string
  format?: string
  published_on?: string
  share_words?: { national: string; zhejiang: string }
  open_words?: { national: string; zhejiang: string }
  system: string
  system_name?: string
  share_condition?: string
  open_condition?: string
  item_list: Item[]
  quality_history?: { at: string; score: number; version?: number }[]
  lineage?: Edge[]
}

export interface Records {
  columns: { code: string; name: string; grade: string; masked: boolean }[]
  rows: unknown[][]
  audit: { index: number } | null
}

const path_of = (code: string) => `/api/resources/${encodeURIComponent(code)}`

export const departments = () => api.get<Page<Department>>('/api/departments')
export const resources = (query: Query) => api.get<Found>('/api/resources', query)
export const export_path = (query: Query, file: 'xlsx' | 'csv') => with_query('/api/catalog/export', { ...query, file, words: 'zhejiang' })
export const lineage = (code: string, query: Query) => api.get<Lineage>(`${path_of(code)}/lineage`, query)
export const impact = (code: string, query: Query) => api.get<Impact>(`${path_of(code)}/impact`, query)
export const uses = (code: string) =>
  api.get<Page<{ department: string; department_name: string; kind: string; purpose: string; times: number; last_at: string }>>(`${path_of(code)}/uses`)
export const entry_versions = (code: string) => api.get<Page<EntryVersion>>(`${path_of(code)}/versions`)
export const entry_diff = (code: string, query: Query) =>
  api.get<{ from: number; to: number; items: { what: string; before: unknown; after: unknown }[] }>(`${path_of(code)}/diff`, query)
export const score_points = (code: string) => api.get<{ points: ScorePoint[] }>(`${path_of(code)}/scores`, { points: 90 })
export interface Finding {
  item: string
  name: string
  kind: string
  hits: number
  sampled: number
  grade: string
  grade_proposed: string
}
export const findings = (code: string) => api.get<Page<Finding>>('/api/catalog/findings', { resource: code, state: 'open' })
export const decide_finding = (code: string, f: Finding, action: string, note: string) =>
  api.post<Finding>(`${path_of(code)}/findings/${encodeURIComponent(f.item)}/${encodeURIComponent(f.kind)}/${action}`, { note })
export const resource = (code: string) => api.get<ResourceDetail>(path_of(code))
export interface Purpose {
  code: string
  name: string
  basis: string
}

export const purposes = () => api.get<Page<Purpose>>('/api/purposes')
export const records = (code: string, query: Query) => api.get<Records>(`${path_of(code)}/records`, query)

// Quality in points of 100, as the server gives it.
export function percent(quality: number | null | undefined): string {
  return quality == null ? '—' : `${quality.toFixed(1)}%`
}

export interface ImportReport {
  entries: number
  items: number
  added: number
  changed: number
  unchanged: number
  refused: { sheet: string; row: number; cell: string; column: string; message: string }[]
  refused_total: number
  seconds: number
  dry_run: boolean
}

export const import_catalog = (file: Blob, dry_run: boolean) => api.send_file<ImportReport>(with_query('/api/catalog/import', { dry_run }), file)
