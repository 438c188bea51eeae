// A condition as the rule says it ("上年裁员率 <= 裁员率上限", "失信 false") in words that anybody reads. What is no
// such pattern is left as it is: a rule's author may write any expression.
import { divisions } from '@base/divisions'
import { t } from '@base/i18n'
import { group } from '@base/money'

const places = new Map([['330200', '宁波市'], ...divisions.map((d) => [d.code, d.name] as [string, string])])

// A value: yes or no, nothing on record, a division by its name, a long decimal cut to two places.
export function plain_value(value: unknown): string {
  const text = typeof value === 'string' ? value.trim() : value
  if (text === true || text === 'true') return t('app.yes')
  if (text === false || text === 'false') return t('app.no')
  if (text == null || text === '' || text === 'null') return t('benefit.no_record')
  if (typeof text === 'object') return JSON.stringify(text)
  const word = String(text).replace(/^"(.*)"$/, '$1')
  if (/^-?\d+\.\d{3,}$/.test(word)) return plain_value(Number(word).toFixed(2))
  if (places.has(word)) return places.get(word)!
  if (/^-?[1-9]\d{4,}(\.\d+)?$/.test(word)) return word.replace(/^(-?)(\d+)/, (_, sign: string, whole: string) => sign + group(whole))
  return word
}

const comparisons: [string, string][] = [
  ['>=', 'benefit.cmp.ge'],
  ['<=', 'benefit.cmp.le'],
  ['!=', 'benefit.cmp.ne'],
  ['>', 'benefit.cmp.gt'],
  ['<', 'benefit.cmp.lt'],
  ['=', 'benefit.cmp.eq'],
]

function one(text: string): string {
  for (const [sign, key] of comparisons) {
    const at = text.indexOf(` ${sign} `)
    if (at > 0) return t(key, { a: text.slice(0, at).trim(), b: plain_value(text.slice(at + sign.length + 2)) })
  }
  const flag = /^(\S+) (true|false)$/.exec(text)
  if (flag) return t('benefit.cmp.is', { a: flag[1]!, b: plain_value(flag[2]) })
  const list = /^(\S+) ("[^"]*"(?:\s*,\s*"[^"]*")*)$/.exec(text)
  if (list) {
    const names = [...list[2]!.matchAll(/"([^"]*)"/g)].map((m) => plain_value(m[1]))
    return t('benefit.cmp.is', { a: list[1]!, b: names.join(t('benefit.cmp.or')) })
  }
  const range = /^(\S+) \[(.+)\.\.(.+)\]$/.exec(text)
  if (range) return t('benefit.cmp.between', { a: range[1]!, b: plain_value(range[2]), c: plain_value(range[3]) })
  return text
}

export function plain_reason(text: string): string {
  return text
    .split(' or ')
    .map((part) => part.split(' and ').map(one).join(t('benefit.cmp.and')))
    .join(t('benefit.cmp.or_else'))
}
