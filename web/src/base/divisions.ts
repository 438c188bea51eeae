// The ten districts and counties of Ningbo and the zones that report like districts, as in city/divisions.csv.
export interface Division {
  code: string
  name: string
  zone: boolean
}

const rows: [string, string, boolean?][] = [
  ['330203', '海曙区'], ['330205', '江北区'], ['330206', '北仑区'], ['330211', '镇海区'], ['330212', '鄞州区'],
  ['330213', '奉化区'], ['330225', '象山县'], ['330226', '宁海县'], ['330281', '余姚市'], ['330282', '慈溪市'],
  ['3302Z1', '高新区', true], ['3302Z2', '前湾新区', true], ['3302Z3', '保税区', true], ['3302Z4', '大榭开发区', true],
  ['3302Z5', '东钱湖', true],
]

export const divisions: Division[] = rows.map(([code, name, zone]) => ({ code, name, zone: zone ?? false }))
