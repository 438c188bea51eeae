// Turns shapes into SVG paths, whichever they are: our schematic or an approved GeoJSON of the city.
import { schematic, type Point, type Shape } from './map_shapes'

export interface MapSource {
  shapes: Shape[]
  review_number: string // 审图号 of an approved map; '' = the schematic
}

export interface Drawn {
  code: string
  name: string
  d: string
  x: number
  y: number
}

export interface Drawing {
  shapes: Drawn[]
  width: number
  height: number
  project: (p: Point) => [number, number]
}

interface Feature {
  properties?: { code?: string | number; name?: string } | null
  geometry?: { type: string; coordinates: unknown } | null
}
interface Collection {
  review_number?: string
  features?: Feature[]
}

const features_max = 200

function area(ring: Point[]): number {
  let twice = 0
  for (let i = 0; i < ring.length; i++) {
    const [a, b] = [ring[i]!, ring[(i + 1) % ring.length]!]
    twice += a[0] * b[1] - b[0] * a[1]
  }
  return Math.abs(twice / 2)
}

function centre(ring: Point[]): Point {
  const sum = ring.reduce<[number, number]>((s, p) => [s[0] + p[0], s[1] + p[1]], [0, 0])
  return [sum[0] / ring.length, sum[1] / ring.length]
}

function shape_of(feature: Feature): Shape | null {
  const code = String(feature.properties?.code ?? '')
  const geometry = feature.geometry
  if (!code || !geometry) return null
  let rings: Point[][] = []
  if (geometry.type === 'Polygon') rings = geometry.coordinates as Point[][]
  else if (geometry.type === 'MultiPolygon') rings = (geometry.coordinates as Point[][][]).flat()
  rings = rings.filter((r) => Array.isArray(r) && r.length >= 3).sort((a, b) => area(b) - area(a))
  if (rings.length === 0) return null
  return { code, name: feature.properties?.name ?? code, rings, label: centre(rings[0]!) }
}

// The approved map that the city put beside the pages, or else our schematic. A map without a review number
// is not shown: public maps need one.
export async function load_map(): Promise<MapSource> {
  try {
    const reply = await fetch('/city-map.geojson', { cache: 'no-cache' })
    if (reply.ok) {
      const map = (await reply.json()) as Collection
      const shapes = (map.features ?? []).slice(0, features_max).map(shape_of).filter((s) => s !== null)
      if (shapes.length > 0 && map.review_number) return { shapes, review_number: map.review_number }
    }
  } catch {
    // No map, or one that is no JSON: the schematic serves.
  }
  return { shapes: schematic(), review_number: '' }
}

// Scales to a height of `height` units; a degree of longitude is shorter than one of latitude by the cosine.
export function draw(shapes: Shape[], height = 1000): Drawing {
  const points = shapes.flatMap((s) => s.rings.flat())
  const lons = points.map((p) => p[0])
  const lats = points.map((p) => p[1])
  const [west, east, south, north] = [Math.min(...lons), Math.max(...lons), Math.min(...lats), Math.max(...lats)]
  const squeeze = Math.cos(((south + north) / 2) * (Math.PI / 180))
  const unit = height / (north - south)
  const project = (p: Point): [number, number] => [(p[0] - west) * squeeze * unit, (north - p[1]) * unit]
  const path = (ring: Point[]) => 'M' + ring.map((p) => project(p).map((n) => n.toFixed(1)).join(' ')).join('L') + 'Z'
  return {
    shapes: shapes.map((s) => {
      const [x, y] = project(s.label)
      return { code: s.code, name: s.name, d: s.rings.map(path).join(''), x, y }
    }),
    width: (east - west) * squeeze * unit,
    height,
    project,
  }
}
