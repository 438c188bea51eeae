// A panel's data as an ECharts option. Bars start at zero; series differ by line style as well as by colour.
import type { Panel } from './api'
import type { Option } from './echarts'
import { base_value } from './figures'

const brand = '#38bdf8'
const accent = '#2dd4bf'
const text = '#d5e3fa'
const text_2 = '#a9bfdf'
const line = 'rgba(127,155,196,.2)'
export const palette = [brand, accent, '#fbbf24', '#a78bfa', '#fb7185', '#94a3b8', '#60a5fa', '#f0abfc']
const num_font = 'Barlow Semi Condensed, PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif'
const still = typeof matchMedia !== 'undefined' && matchMedia('(prefers-reduced-motion: reduce)').matches

const base = {
  textStyle: { fontFamily: '"PingFang SC","HarmonyOS Sans SC","Microsoft YaHei","Noto Sans CJK SC",system-ui,sans-serif' },
  animation: !still,
  animationDuration: 700,
  animationDurationUpdate: 400,
}
const tooltip = { backgroundColor: 'rgba(6,17,39,.96)', borderColor: '#2f66ad', textStyle: { color: '#eaf2ff', fontSize: 14 }, confine: true }
const bar_blue = { type: 'linear' as const, x: 0, y: 0, x2: 1, y2: 0, colorStops: [{ offset: 0, color: '#1466b8' }, { offset: 1, color: brand }] }

const value_of = (panel: Panel) => base_value(panel.scale, panel.unit).to
const compact = (v: number) =>
  Math.abs(v) >= 1e8 ? `${+(v / 1e8).toFixed(1)}亿` : Math.abs(v) >= 1e4 ? `${+(v / 1e4).toFixed(1)}万` : v.toLocaleString('en-US', { maximumFractionDigits: 1 })
const compact_en = (v: number) => (Math.abs(v) >= 1e9 ? `${+(v / 1e9).toFixed(1)}bn` : Math.abs(v) >= 1e6 ? `${+(v / 1e6).toFixed(1)}m` : v.toLocaleString('en-US', { maximumFractionDigits: 1 }))

export function option_of(panel: Panel, english: boolean): Option {
  const short = english ? compact_en : compact
  if (panel.kind === 'share') return share_option(panel)
  return panel.kind === 'line' ? line_option(panel, short) : bar_option(panel, short)
}

function line_option(panel: Panel, short: (v: number) => string): Option {
  const to = value_of(panel)
  const labels = panel.series[0]?.points.map((p) => p.label) ?? []
  return {
    ...base,
    grid: { left: 8, right: 22, top: 16, bottom: 4, containLabel: true },
    tooltip: { trigger: 'axis', ...tooltip },
    xAxis: {
      type: 'category', data: labels, boundaryGap: false, axisTick: { show: false },
      axisLine: { lineStyle: { color: line } }, axisLabel: { color: text_2, fontSize: 12, hideOverlap: true, formatter: (day: string) => day.replace(/^\d{4}-/, '') },
    },
    yAxis: {
      type: 'value', splitNumber: 3, axisLabel: { color: text_2, fontSize: 12, formatter: (v: number) => short(v) },
      splitLine: { lineStyle: { color: line } },
    },
    series: panel.series.map((s, i) => ({
      type: 'line', name: s.name, data: s.points.map((p) => to(p.value)), smooth: 0.3, symbol: 'none',
      lineStyle: { width: i ? 1.6 : 2.5, type: i ? 'dashed' : 'solid', color: i ? '#8aa5cc' : brand },
      itemStyle: { color: i ? '#8aa5cc' : brand },
      areaStyle: i ? undefined : { color: { type: 'linear', x: 0, y: 0, x2: 0, y2: 1, colorStops: [{ offset: 0, color: 'rgba(56,189,248,.34)' }, { offset: 1, color: 'rgba(56,189,248,0)' }] } },
    })),
  }
}

const rows_max = 8

function bar_option(panel: Panel, short: (v: number) => string): Option {
  const to = value_of(panel)
  const points = [...(panel.series[0]?.points ?? [])].sort((a, b) => b.value - a.value).slice(0, rows_max).reverse()
  return {
    ...base,
    grid: { left: 4, right: 64, top: 4, bottom: 4, containLabel: true },
    tooltip,
    xAxis: { type: 'value', show: false, min: 0 },
    yAxis: {
      type: 'category', data: points.map((p) => p.label), axisLine: { show: false }, axisTick: { show: false },
      axisLabel: { color: text, fontSize: 13, width: 108, overflow: 'truncate' },
    },
    series: [{
      type: 'bar', name: panel.series[0]?.name ?? panel.title, data: points.map((p) => to(p.value)), barWidth: 10, showBackground: true,
      backgroundStyle: { color: 'rgba(127,155,196,.14)', borderRadius: 5 }, itemStyle: { borderRadius: 5, color: bar_blue },
      label: { show: true, position: 'right', color: '#eaf2ff', fontSize: 14, fontFamily: num_font, formatter: (p) => short(Number(p.value)) },
    }],
  }
}

function share_option(panel: Panel): Option {
  const to = value_of(panel)
  const points = panel.series[0]?.points ?? []
  return {
    ...base, tooltip, color: palette,
    series: [{ type: 'pie', radius: ['60%', '88%'], padAngle: 2, itemStyle: { borderRadius: 3 }, label: { show: false }, data: points.map((p) => ({ name: p.label, value: to(p.value) })) }],
  }
}
