// A schematic of Ningbo drawn by hand for this project from public facts only: which unit borders which, and
// roughly where it lies. It is no survey and says so on the page. Borders are arcs between named corners, each
// shared by the two units it parts, so that neighbours fit without gaps; arcs are rounded when read.
export type Point = readonly [lon: number, lat: number]

export interface Shape {
  code: string
  name: string
  rings: Point[][] // closed; the first is the largest
  label: Point
}

const arcs: Record<string, Point[]> = {
  // Hangzhou Bay and the north
  bay_yuyao: [[120.9, 30.19], [120.95, 30.26], [121.04, 30.27]],
  yuyao_cixi: [[121.04, 30.27], [121.08, 30.19], [121.19, 30.14], [121.32, 30.1], [121.42, 30.03]],
  bay_cixi: [[121.04, 30.27], [121.07, 30.34], [121.15, 30.39], [121.26, 30.41], [121.38, 30.36], [121.5, 30.31], [121.6, 30.22], [121.64, 30.12]],
  cixi_jiangbei: [[121.42, 30.03], [121.48, 30.06], [121.53, 30.05]],
  cixi_zhenhai: [[121.53, 30.05], [121.58, 30.09], [121.64, 30.12]],
  // the middle
  yuyao_west: [[120.9, 30.19], [120.86, 30.08], [120.9, 29.95], [120.96, 29.82], [121.0, 29.72], [121.06, 29.65]],
  yuyao_jiangbei: [[121.42, 30.03], [121.39, 29.98], [121.35, 29.93]],
  yuyao_haishu: [[121.35, 29.93], [121.27, 29.91], [121.2, 29.84], [121.14, 29.78], [121.12, 29.72]],
  yuyao_fenghua: [[121.12, 29.72], [121.09, 29.69], [121.06, 29.65]],
  jiangbei_haishu: [[121.35, 29.93], [121.44, 29.92], [121.51, 29.9], [121.56, 29.87]],
  jiangbei_zhenhai: [[121.53, 30.05], [121.57, 29.99], [121.6, 29.95], [121.63, 29.92]],
  jiangbei_yinzhou: [[121.56, 29.87], [121.59, 29.9], [121.63, 29.92]],
  zhenhai_yinzhou: [[121.63, 29.92], [121.67, 29.9], [121.71, 29.9]],
  zhenhai_beilun: [[121.71, 29.9], [121.74, 29.94], [121.77, 29.97]],
  sea_zhenhai: [[121.77, 29.97], [121.73, 30.02], [121.68, 30.06], [121.64, 30.12]],
  sea_beilun: [[121.77, 29.97], [121.85, 29.96], [121.93, 29.97], [122.01, 29.93], [122.1, 29.92], [122.17, 29.87], [122.12, 29.8], [122.03, 29.77], [121.95, 29.73], [121.88, 29.67]],
  beilun_yinzhou: [[121.71, 29.9], [121.76, 29.86], [121.8, 29.8], [121.83, 29.73], [121.88, 29.67]],
  haishu_yinzhou: [[121.56, 29.87], [121.56, 29.83], [121.52, 29.79], [121.49, 29.75]],
  haishu_fenghua: [[121.49, 29.75], [121.41, 29.76], [121.32, 29.73], [121.22, 29.75], [121.12, 29.72]],
  yinzhou_fenghua: [[121.49, 29.75], [121.55, 29.71], [121.59, 29.66], [121.63, 29.62], [121.67, 29.58]],
  // Xiangshan Harbour and the south
  harbour_yinzhou: [[121.88, 29.67], [121.81, 29.63], [121.74, 29.58], [121.67, 29.58]],
  harbour_fenghua: [[121.67, 29.58], [121.62, 29.54], [121.55, 29.51], [121.48, 29.455]],
  fenghua_ninghai: [[121.48, 29.455], [121.4, 29.48], [121.31, 29.46], [121.22, 29.48], [121.13, 29.46]],
  fenghua_west: [[121.06, 29.65], [121.03, 29.58], [121.08, 29.52], [121.13, 29.46]],
  ninghai_west: [[121.13, 29.46], [121.17, 29.38], [121.14, 29.28], [121.21, 29.19], [121.29, 29.12], [121.42, 29.1]],
  bay_ninghai: [[121.42, 29.1], [121.5, 29.13], [121.55, 29.1], [121.6, 29.16], [121.66, 29.23]],
  harbour_ninghai: [[121.48, 29.455], [121.55, 29.44], [121.61, 29.46], [121.68, 29.47]],
  ninghai_xiangshan: [[121.68, 29.47], [121.64, 29.4], [121.65, 29.31], [121.66, 29.23]],
  harbour_xiangshan: [[121.68, 29.47], [121.76, 29.51], [121.85, 29.54], [121.94, 29.59]],
  sea_xiangshan: [[121.94, 29.59], [122.0, 29.56], [121.96, 29.49], [122.01, 29.42], [121.97, 29.33], [121.94, 29.25], [121.96, 29.18], [121.9, 29.13], [121.83, 29.17], [121.76, 29.15], [121.71, 29.21], [121.66, 29.23]],
}

// Each unit as the walk round it; '-' means the arc is walked backwards.
const units: [code: string, name: string, label: Point, walk: string[]][] = [
  ['330282', '慈溪市', [121.33, 30.24], ['bay_cixi', '-cixi_zhenhai', '-cixi_jiangbei', '-yuyao_cixi']],
  ['330281', '余姚市', [121.11, 30.0], ['bay_yuyao', 'yuyao_cixi', 'yuyao_jiangbei', 'yuyao_haishu', 'yuyao_fenghua', '-yuyao_west']],
  ['330205', '江北区', [121.47, 29.985], ['cixi_jiangbei', 'jiangbei_zhenhai', '-jiangbei_yinzhou', '-jiangbei_haishu', '-yuyao_jiangbei']],
  ['330211', '镇海区', [121.645, 30.005], ['cixi_zhenhai', '-sea_zhenhai', '-zhenhai_beilun', '-zhenhai_yinzhou', '-jiangbei_zhenhai']],
  ['330206', '北仑区', [121.93, 29.845], ['zhenhai_beilun', 'sea_beilun', '-beilun_yinzhou']],
  ['330203', '海曙区', [121.34, 29.835], ['jiangbei_haishu', 'haishu_yinzhou', 'haishu_fenghua', '-yuyao_haishu']],
  ['330212', '鄞州区', [121.68, 29.75], ['jiangbei_yinzhou', 'zhenhai_yinzhou', 'beilun_yinzhou', 'harbour_yinzhou', '-yinzhou_fenghua', '-haishu_yinzhou']],
  ['330213', '奉化区', [121.33, 29.605], ['yuyao_fenghua', 'fenghua_west', '-fenghua_ninghai', '-harbour_fenghua', '-yinzhou_fenghua', 'haishu_fenghua']],
  ['330226', '宁海县', [121.4, 29.285], ['fenghua_ninghai', 'ninghai_west', 'bay_ninghai', '-ninghai_xiangshan', '-harbour_ninghai']],
  ['330225', '象山县', [121.82, 29.37], ['harbour_xiangshan', 'sea_xiangshan', '-ninghai_xiangshan']],
]

// A few of the many islands, as marks of the sea.
const islands: [code: string, ring: Point[]][] = [
  ['330225', [[121.99, 29.12], [122.03, 29.1], [122.02, 29.05], [121.97, 29.06]]],
  ['330225', [[122.07, 29.22], [122.1, 29.2], [122.09, 29.16], [122.06, 29.17]]],
  ['330225', [[122.17, 29.45], [122.21, 29.44], [122.2, 29.4], [122.17, 29.41]]],
  ['330206', [[122.08, 29.75], [122.12, 29.74], [122.1, 29.7], [122.06, 29.71]]],
]

export const zones: { code: string; name: string; at: Point }[] = [
  { code: '3302Z2', name: '前湾新区', at: [121.2, 30.33] },
  { code: '3302Z1', name: '高新区', at: [121.63, 29.875] },
  { code: '3302Z3', name: '保税区', at: [121.83, 29.915] },
  { code: '3302Z4', name: '大榭', at: [121.99, 29.945] },
  { code: '3302Z5', name: '东钱湖', at: [121.66, 29.8] },
]

const steps = 6 // points a stretch is rounded to

// Catmull-Rom through the points; ends keep their own position, so shared corners stay shared.
export function rounded(points: Point[], closed = false): Point[] {
  const n = points.length
  const at = (i: number): Point => (closed ? points[(i + n) % n]! : points[Math.max(0, Math.min(n - 1, i))]!)
  const out: Point[] = []
  const stretches = closed ? n : n - 1
  for (let i = 0; i < stretches; i++) {
    const [p0, p1, p2, p3] = [at(i - 1), at(i), at(i + 1), at(i + 2)]
    for (let s = 0; s < steps; s++) {
      const u = s / steps
      const blend = (k: 0 | 1) =>
        0.5 *
        (2 * p1[k] + (p2[k] - p0[k]) * u + (2 * p0[k] - 5 * p1[k] + 4 * p2[k] - p3[k]) * u * u +
          (3 * p1[k] - p0[k] - 3 * p2[k] + p3[k]) * u * u * u)
      out.push([blend(0), blend(1)])
    }
  }
  if (!closed) out.push(points[n - 1]!)
  return out
}

function walk_ring(walk: string[]): Point[] {
  const ring: Point[] = []
  for (const step of walk) {
    const backwards = step.startsWith('-')
    const arc = arcs[backwards ? step.slice(1) : step]
    if (!arc) throw new Error(`map: no arc '${step}'`)
    const points = rounded(arc)
    if (backwards) points.reverse()
    const last = ring[ring.length - 1]
    const first = points[0]!
    if (last && (Math.abs(last[0] - first[0]) > 1e-9 || Math.abs(last[1] - first[1]) > 1e-9)) {
      throw new Error(`map: '${step}' does not start where the walk stands`)
    }
    ring.push(...(last ? points.slice(1) : points))
  }
  return ring
}

export function schematic(): Shape[] {
  return units.map(([code, name, label, walk]) => ({
    code,
    name,
    label,
    rings: [walk_ring(walk), ...islands.filter(([of]) => of === code).map(([, ring]) => rounded(ring, true))],
  }))
}
