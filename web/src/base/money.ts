// Money on the pages. The server sends integers of fen; nothing here ever becomes a fraction before it is
// text. Number holds integers exactly up to 90 trillion yuan, which is above every sum of a city.
import { locale, type Locale } from './i18n'

export function group(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

// 1234567 → "12,345.67"
export function yuan(fen: number | null | undefined): string {
  if (fen == null || !Number.isSafeInteger(fen)) return '—'
  const sign = fen < 0 ? '-' : ''
  const absolute = Math.abs(fen)
  const whole = Math.floor(absolute / 100)
  const rest = String(absolute % 100).padStart(2, '0')
  return `${sign}${group(String(whole))}.${rest}`
}

// With its sign: "¥12,345.67"; a minus goes before the sign.
export function money(fen: number | null | undefined): string {
  const text = yuan(fen)
  if (text === '—') return text
  return text.startsWith('-') ? `-¥${text.slice(1)}` : `¥${text}`
}

// A figure of 10^-scale units as text with grouping: scaled(12345, 2) → "123.45".
export function scaled(value: number, scale: number): string {
  const sign = value < 0 ? '-' : ''
  const digits = String(Math.abs(Math.trunc(value))).padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  const rest = scale > 0 ? '.' + digits.slice(digits.length - scale) : ''
  return sign + group(whole) + rest
}

export interface Short {
  figure: string
  unit: string
}

// A large sum short enough to read at a glance: 万/亿 in Chinese, million/billion in English.
export function short_money(fen: number, in_locale: Locale = locale.value): Short {
  const value = fen / 100
  const steps: [number, string][] =
    in_locale === 'en'
      ? [
          [1e9, 'bn yuan'],
          [1e6, 'm yuan'],
        ]
      : [
          [1e8, '亿元'],
          [1e4, '万元'],
        ]
  for (const [size, unit] of steps) {
    if (Math.abs(value) >= size) {
      const figure = (value / size).toFixed(2)
      const [whole = '0', rest = '00'] = figure.split('.')
      return { figure: `${whole.startsWith('-') ? '-' : ''}${group(whole.replace('-', ''))}.${rest}`, unit }
    }
  }
  return { figure: yuan(fen), unit: in_locale === 'en' ? 'yuan' : '元' }
}

export function short_money_text(fen: number | null | undefined): string {
  if (fen == null) return '—'
  const { figure, unit } = short_money(fen)
  return locale.value === 'en' ? `${figure} ${unit}` : `${figure}${unit}`
}

export function count(value: number | null | undefined): string {
  return value == null ? '—' : scaled(value, 0)
}
