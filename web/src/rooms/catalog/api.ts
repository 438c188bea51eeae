// What the catalog's routes answer with (contract: /api/departments, /api/resources).
import { api, type Page, type Query } from '@base/api'

export interface Department {
  short: string
  name: string
  resources: number
}

export interface Resource {
  code: string
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

export interface ResourceDetail extends Resource {
  abstract: string
  system: string
  system_name?: string
  share_condition?: string
  open_condition?: string
  item_list: Item[]
  quality_history?: { at: string; score: number }[]
  lineage?: Edge[]
}

export interface Records {
  columns: { code: string; name: string; grade: string; masked: boolean }[]
  rows: unknown[][]
  audit: { index: number } | null
}

const path_of = (code: string) => `/api/resources/${encodeURIComponent(code)}`

export const departments = () => api.get<Page<Department>>('/api/departments')
export const resources = (query: Query) => api.get<Page<Resource>>('/api/resources', query)
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
