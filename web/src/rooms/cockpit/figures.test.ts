import { afterEach, describe, expect, it } from 'vitest'
import { add_words, locale } from '@base/i18n'
import { exact, shown } from './figures'
import { cockpit_words } from './words'

add_words(cockpit_words)
afterEach(() => {
  locale.value = 'zh-CN'
})

describe('figures', () => {
  it('count a unit of 亿 into the size', () => {
    // 8.61 billion yuan in fen, declared in 亿元: scale 2 + 8
    expect(shown(861_000_000_000, 10, '亿元')).toEqual({ figure: '86.10', unit: '亿元' })
    expect(shown(386_500, 10, '亿元')).toEqual({ figure: '3,865.00', unit: '元' })
    expect(exact(861_000_000_000, 10, '亿元')).toEqual({ figure: '8,610,000,000.00', unit: '元' })
  })
  it('count rows given in 万条', () => {
    expect(shown(38_642_105, 4, '万条')).toEqual({ figure: '3,864.2', unit: '万条' })
    expect(shown(12_345, 4, '万条')).toEqual({ figure: '12,345', unit: '条' })
  })
  it('keep small and unknown figures as they are', () => {
    expect(shown(9764, 2, '%')).toEqual({ figure: '97.64', unit: '%' })
    expect(shown(976, 1, '%')).toEqual({ figure: '97.6', unit: '%' })
    expect(shown(null, 0, '项')).toEqual({ figure: '—', unit: '项' })
  })
  it('speak English', () => {
    locale.value = 'en'
    expect(shown(861_000_000_000, 10, '亿元')).toEqual({ figure: '8.61', unit: 'bn yuan' })
    expect(shown(0, 0, '项')).toEqual({ figure: '0', unit: 'items' })
  })
})
