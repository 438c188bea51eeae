// Words of the pages. Each room declares its words as pairs [中文, English], so that neither language can
// lack one; an entry page adds the words of the rooms it shows. Placeholders are {name}.
import { ref, watchEffect } from 'vue'

export type Locale = 'zh-CN' | 'en'
export type Words = Record<string, readonly [zh: string, en: string]>

const stored_key = 'citybrain.locale'
const table = new Map<string, readonly [string, string]>()

function first_locale(): Locale {
  const asked = new URLSearchParams(location.search).get('lang')
  const choice = asked ?? localStorage.getItem(stored_key)
  return choice === 'en' ? 'en' : 'zh-CN'
}

export const locale = ref<Locale>(typeof document === 'undefined' ? 'zh-CN' : first_locale())

// Keeps <html lang> right for screen readers and remembers the choice.
if (typeof document !== 'undefined') {
  watchEffect(() => {
    document.documentElement.lang = locale.value
    localStorage.setItem(stored_key, locale.value)
  })
}

export function add_words(...sets: Words[]): void {
  for (const set of sets) {
    for (const [key, pair] of Object.entries(set)) table.set(key, pair)
  }
}

export function has_word(key: string): boolean {
  return table.has(key)
}

export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

// The words of `key` in the language of the page; the key itself where no room declared it.
export function t(key: string, values: Record<string, string | number> = {}): string {
  const pair = table.get(key)
  if (!pair) return key
  return fill(pair[locale.value === 'en' ? 1 : 0], values)
}

// The word of a value from the server, or the value itself where the pages know none.
export function word(prefix: string, value: string | null | undefined): string {
  if (value == null || value === '') return '—'
  const key = `${prefix}.${value}`
  return table.has(key) ? t(key) : value
}

export function switch_locale(): void {
  locale.value = locale.value === 'en' ? 'zh-CN' : 'en'
}
