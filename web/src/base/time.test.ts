import { describe, expect, it } from 'vitest'
import { add_words } from './i18n'
import { ago, date_time, day, time_of } from './time'
import { base_words } from './words'

add_words(base_words)

describe('time', () => {
  it('is shown in Shanghai whatever offset it came with', () => {
    expect(date_time('2020-11-24T09:05:03+08:00')).toBe('2020-11-24 09:05:03')
    expect(date_time('2020-11-23T17:00:00Z')).toBe('2020-11-24 01:00:00')
    expect(time_of('2020-11-23T16:00:00Z')).toBe('00:00:00')
  })
  it('keeps a plain day as it is', () => {
    expect(day('2020-11-24')).toBe('2020-11-24')
    expect(day('2020-11-23T17:00:00Z')).toBe('2020-11-24')
    expect(day(null)).toBe('—')
  })
  it('says how long ago, and never less than nothing', () => {
    const now = new Date('2020-11-24T12:00:00Z')
    expect(ago('2020-11-24T11:59:30Z', now)).toBe('30 秒前')
    expect(ago('2020-11-24T09:30:00Z', now)).toBe('2 小时前')
    expect(ago('2020-11-24T12:00:09Z', now)).toBe('0 秒前')
    expect(ago('nonsense', now)).toBe('—')
  })
})
