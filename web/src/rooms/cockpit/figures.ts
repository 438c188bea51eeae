// Figures as a wall shows them: short, with 万 and 亿 in Chinese, thousand, million and billion in English. The
// server sends integers in units of 10^-scale of a unit such as 亿元, whose 亿 counts into the size.
import { locale, t, has_word } from '@base/i18n'
import { group } from '@base/money'
import type { Change } from './api'

export interface Shown {
  figure: string
  unit: string
}

const prefixes: [string, number][] = [['亿', 8], ['万', 4]]

interface Base {
  digits: number // value is in units of 10^-digits of `unit`; negative where the server counts in thousands
  unit: string
}

function base_of(scale: number, unit: string): Base {
  for (const [word, power] of prefixes) {
    if (unit.startsWith(word)) return { digits: scale - power, unit: unit.slice(word.length) }
  }
  return { digits: scale, unit }
}

function unit_word(unit: string, english: boolean): string {
  return english && has_word(`cockpit.unit.${unit}`) ? t(`cockpit.unit.${unit}`) : unit
}

function plain(size: number, decimals: number): string {
  const [whole = '0', rest] = Math.abs(size).toFixed(decimals).split('.')
  const sign = size < 0 && Number(size.toFixed(decimals)) !== 0 ? '-' : ''
  return sign + group(whole) + (rest ? `.${rest}` : '')
}

// Short: "86.10" "亿元"; for a wall, a chart's label, a map.
export function shown(value: number | null, scale: number, unit: string, english = locale.value === 'en'): Shown {
  const base = base_of(scale, unit)
  const word = unit_word(base.unit, english)
  if (value == null) return { figure: '—', unit: word }
  const size = value / 10 ** base.digits
  const steps: [least: number, by: number, word: string][] = english
    ? [[1e9, 1e9, 'bn '], [1e6, 1e6, 'm '], [1e5, 1e3, 'k ']]
    : [[1e8, 1e8, '亿'], [1e5, 1e4, '万']]
  for (const [least, by, step] of steps) {
    if (Math.abs(size) >= least) {
      const short = size / by
      return { figure: plain(short, Math.abs(short) >= 1000 ? 1 : 2), unit: step + word }
    }
  }
  return { figure: plain(size, Math.min(2, Math.max(0, base.digits))), unit: word }
}

// Without shortening, for tables and definitions: "8,610,000,000.00" "元".
export function exact(value: number | null, scale: number, unit: string, english = locale.value === 'en'): Shown {
  const base = base_of(scale, unit)
  const word = unit_word(base.unit, english)
  if (value == null) return { figure: '—', unit: word }
  return { figure: plain(value / 10 ** base.digits, Math.min(4, Math.max(0, base.digits))), unit: word }
}

export const shown_text = (value: number | null, scale: number, unit: string) => {
  const { figure, unit: word } = shown(value, scale, unit)
  return locale.value === 'en' && word ? `${figure} ${word}` : figure + word
}

// A value in its base unit, as charts draw it.
export function base_value(scale: number, unit: string): { to: (value: number) => number; unit: string } {
  const base = base_of(scale, unit)
  return { to: (value) => value / 10 ** base.digits, unit: unit_word(base.unit, locale.value === 'en') }
}

export interface ChangeShown {
  way: 'up' | 'down' | 'flat'
  text: string
  period: string
}

export function change_of(change: Change | undefined, unit: string): ChangeShown | null {
  if (change == null) return null
  const way = (v: number) => (v > 0 ? 'up' : v < 0 ? 'down' : 'flat')
  if (typeof change === 'number') return { way: way(change), text: `${Math.abs(change).toFixed(1)}%`, period: '昨日' }
  const text = shown_text(Math.abs(change.value), change.scale ?? 0, unit)
  return { way: way(change.value), text, period: change.period ?? '昨日' }
}
