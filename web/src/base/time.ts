// Times on the pages: the server sends ISO 8601 with an offset, the pages show Asia/Shanghai whatever the
// reader's own zone is.
import { locale, t } from './i18n'

const zone = 'Asia/Shanghai'
let ahead_ms = 0 // the server's clock minus ours; a demo city lives on a day of its own

export function set_server_now(iso: string | undefined): void {
  const at = iso ? new Date(iso).getTime() : NaN
  if (!Number.isNaN(at)) ahead_ms = at - Date.now()
}

export function now(): Date {
  return new Date(Date.now() + ahead_ms)
}

function parts_of(at: Date): Record<string, string> {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  return Object.fromEntries(format.formatToParts(at).map((part) => [part.type, part.value]))
}

function parse(iso: string | null | undefined): Date | null {
  if (!iso) return null
  const at = new Date(iso)
  return Number.isNaN(at.getTime()) ? null : at
}

// "2026-11-24 22:50:31"
export function date_time(iso: string | null | undefined): string {
  const at = parse(iso)
  if (!at) return '—'
  const p = parts_of(at)
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}:${p.second}`
}

export function clock(at: Date): string {
  const p = parts_of(at)
  return `${p.hour}:${p.minute}:${p.second}`
}

export function time_of(iso: string | null | undefined): string {
  const at = parse(iso)
  return at ? clock(at) : '—'
}

// A day as the server wrote it ("2026-11-24" or a full time) → "2026-11-24" in Shanghai.
export function day(iso: string | null | undefined): string {
  if (!iso) return '—'
  if (/^\d{4}-\d{2}-\d{2}$/.test(iso)) return iso
  return date_time(iso).slice(0, 10)
}

export function long_day(at: Date): string {
  return new Intl.DateTimeFormat(locale.value, {
    timeZone: zone,
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    weekday: 'long',
  }).format(at)
}

// How long ago, in words; coarse on purpose.
export function ago(iso: string | null | undefined, at_now: Date = now()): string {
  const at = parse(iso)
  if (!at) return '—'
  const seconds = Math.max(0, Math.round((at_now.getTime() - at.getTime()) / 1000))
  if (seconds < 60) return t('time.seconds_ago', { n: seconds })
  if (seconds < 3600) return t('time.minutes_ago', { n: Math.floor(seconds / 60) })
  if (seconds < 86400) return t('time.hours_ago', { n: Math.floor(seconds / 3600) })
  return t('time.days_ago', { n: Math.floor(seconds / 86400) })
}
