import { describe, expect, it } from 'vitest'
import { add_words } from '@base/i18n'
import { base_words } from '@base/words'
import { plain_reason, plain_value } from './plain_reason'
import { benefit_words } from './words'

add_words(base_words, benefit_words)

describe('plain reasons', () => {
  it.each([
    ['上年裁员率 <= 裁员率上限', '上年裁员率不超过裁员率上限'],
    ['连续缴费月数 >= 12', '连续缴费月数不低于12'],
    ['补差金额 > 0', '补差金额大于0'],
    ['失信 false', '失信：否'],
    ['经营状态 "存续"', '经营状态：存续'],
    ['企业规模 "中型","小型","微型"', '企业规模：中型或小型或微型'],
    ['参保人数 [1..30]', '参保人数在1到30之间'],
    ['适用区划 = "330200" or 所在区划 = 适用区划', '适用区划是宁波市，或者所在区划是适用区划'],
    ['count(清单) + 1', 'count(清单) + 1'],
  ])('%s', (rule, words) => expect(plain_reason(rule)).toBe(words))

  it.each([
    ['true', '是'],
    [false, '否'],
    ['null', '没有记录'],
    ['330211', '镇海区'],
    ['21.34831460674157303370786516853933', '21.35'],
    ['138910.28', '138,910.28'],
    ['178000000', '178,000,000'],
    ['346877.8123', '346,877.81'],
    ['2020', '2020'],
    ['2012-05-18', '2012-05-18'],
  ])('value %s', (value, words) => expect(plain_value(value)).toBe(words))
})
