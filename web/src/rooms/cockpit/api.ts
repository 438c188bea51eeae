// What the cockpit's routes answer with (contract: /api/board, /api/indicators/{code}, /api/board/stream).
import { api } from '@base/api'

export interface Point {
  label: string
  value: number
}

// A number is percent against the day before; an object is the difference in the figure's own unit.
export type Change = number | { value: number; scale?: number; period?: string } | null

export interface Figure {
  code: string
  name: string
  unit: string
  value: number | null
  scale: number
  as_of: string
  change?: Change
  trend?: Point[]
}

export interface Panel {
  code: string
  title: string
  kind: 'line' | 'bar' | 'share'
  unit: string
  scale: number
  series: { name: string; points: Point[] }[]
}

export interface DivisionValue {
  code: string
  name: string
  value: number
}

export interface LiveItem {
  at: string
  kind: string
  text: string
  amount_fen?: number | null
  division?: string | null
}

export interface Board {
  title: string
  demo: boolean
  indicators: Figure[]
  divisions: DivisionValue[]
  division_title?: string
  division_unit?: string
  division_scale?: number
  panels: Panel[]
  live: LiveItem[]
}

export interface IndicatorDetail extends Figure {
  definition: string
  owner?: string
  period?: string
  by_district?: (DivisionValue | Point)[]
  links?: { label: string; href: string }[]
  audit?: { index: number } | null
}

export const board = () => api.get<Board>('/api/board')
export const indicator = (code: string) => api.get<IndicatorDetail>(`/api/indicators/${encodeURIComponent(code)}`)

// An API address names the same list as the console page of that name.
export const page_of = (href: string) => href.replace(/^\/api\//, '/console/')
