// What the cockpit's routes answer with (contract: /api/board, /api/indicators/{code}, /api/board/stream).
import { api } from '@base/api'
import { locale } from '@base/i18n'
import { group, scaled } from '@base/money'

export interface Point {
  label: string
  value: number
}

export type Change = number | { value: number; scale?: number; period?: string } | null

export interface Figure {
  code: string
  name: string
  unit: string
  value: number
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

export interface Shown {
  figure: string
  unit: string
}

// A figure short enough for a wall: 万 and 亿 in Chinese, thousand, million and billion in English.
export function shown(value: number, scale: number, unit: string, english = locale.value === 'en'): Shown {
  const size = Math.abs(value) / 10 ** scale
  const steps: [number, string][] = english
    ? [[1e9, 'bn '], [1e6, 'm '], [1e5, 'k ']]
    : [[1e8, '亿'], [1e5, '万']]
  for (const [least, word] of steps) {
    if (size >= least) {
      const by = word === '万' ? 1e4 : word === 'k ' ? 1e3 : least
      const [whole = '0', rest] = (size / by).toFixed(size / by >= 1000 ? 1 : 2).split('.')
      return { figure: `${value < 0 ? '-' : ''}${group(whole)}.${rest}`, unit: word + unit }
    }
  }
  return { figure: scaled(value, scale), unit }
}

export function change_of(change: Change | undefined): { value: number; text: string; period: string } | null {
  if (change == null) return null
  if (typeof change === 'number') {
    return { value: change, text: `${Math.abs(change).toFixed(1)}%`, period: 'day' }
  }
  const value = change.value / 10 ** (change.scale ?? 0)
  return { value, text: `${Math.abs(value).toFixed(1)}%`, period: change.period ?? 'day' }
}
