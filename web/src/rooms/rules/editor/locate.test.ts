import { describe, expect, it } from 'vitest'
import { ids_at } from './locate'

const xml = `<?xml version="1.0"?>
<definitions id="m">
  <!-- <rule id="no"> -->
  <decision id="d1"><decisionTable id="t1">
    <rule id="r1"><inputEntry id="c1"><text>&gt; 3</text></inputEntry><outputEntry id="c2"><text>𠮷 &lt; "a>b"</text></outputEntry></rule>
    <input id="i1"/>
  </decisionTable></decision>
</definitions>`

describe('ids_at', () => {
  it('names the innermost element first', () => expect(ids_at(xml, 5, 52)).toEqual(['c1', 'r1', 't1', 'd1', 'm']))
  it('counts columns in code points', () => {
    const line = xml.split('\n')[4]!
    const column = Array.from(line.slice(0, line.indexOf('</text></outputEntry>'))).length
    expect(ids_at(xml, 5, column)[0]).toBe('c2')
  })
  it('leaves closed elements and comments out', () => expect(ids_at(xml, 7, 3)).toEqual(['t1', 'd1', 'm']))
  it('is empty before the first element', () => expect(ids_at(xml, 1, 1)).toEqual([]))
  it('takes the end for a place behind it', () => expect(ids_at(xml, 99, 1)).toEqual([]))
})
