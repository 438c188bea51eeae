import { describe, expect, it } from 'vitest'
import { money, scaled, short_money, yuan } from './money'

describe('money', () => {
  it('is grouped and keeps its fen', () => {
    expect(yuan(0)).toBe('0.00')
    expect(yuan(5)).toBe('0.05')
    expect(yuan(123456789)).toBe('1,234,567.89')
    expect(yuan(-150)).toBe('-1.50')
    expect(yuan(861_000_000_000)).toBe('8,610,000,000.00')
    expect(yuan(Number.MAX_SAFE_INTEGER)).toBe('90,071,992,547,409.91')
  })
  it('shows a dash for what is no whole number of fen', () => {
    expect(yuan(null)).toBe('—')
    expect(yuan(0.5)).toBe('—')
    expect(money(undefined)).toBe('—')
  })
  it('puts the minus before the sign', () => {
    expect(money(-386500)).toBe('-¥3,865.00')
  })
  it('is short in each language', () => {
    expect(short_money(861_000_000_000, 'zh-CN')).toEqual({ figure: '86.10', unit: '亿元' })
    expect(short_money(150_000_000, 'zh-CN')).toEqual({ figure: '150.00', unit: '万元' })
    expect(short_money(861_000_000_000, 'en')).toEqual({ figure: '8.61', unit: 'bn yuan' })
    expect(short_money(99, 'en')).toEqual({ figure: '0.99', unit: 'yuan' })
  })
  it('scales without a fraction in between', () => {
    expect(scaled(9764, 2)).toBe('97.64')
    expect(scaled(4, 3)).toBe('0.004')
    expect(scaled(-1234567, 0)).toBe('-1,234,567')
  })
})
