import { describe, expect, it } from 'vitest'
import { divisions } from '@base/divisions'
import { schematic, zones } from './map_shapes'

describe('schematic map', () => {
  const shapes = schematic()
  it('has the ten districts and counties and the zones, as the city lists them', () => {
    expect(shapes.map((s) => s.code).sort()).toEqual(divisions.filter((d) => !d.zone).map((d) => d.code).sort())
    expect(zones.map((z) => z.code).sort()).toEqual(divisions.filter((d) => d.zone).map((d) => d.code).sort())
  })
  it('closes every ring', () => {
    for (const shape of shapes) {
      const ring = shape.rings[0]!
      const [first, last] = [ring[0]!, ring[ring.length - 1]!]
      expect(Math.hypot(first[0] - last[0], first[1] - last[1]), shape.name).toBeLessThan(1e-9)
    }
  })
})
