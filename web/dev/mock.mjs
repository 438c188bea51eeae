// A mock of the server's API with made-up data, for developing and looking at the pages without the program.
// It is not what the browser tests run against. usage: node dev/mock.mjs [port]; serves dist and /api.
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse_csv } from '../tools/csv.mjs'

const port = Number(process.argv[2] ?? process.env.PORT ?? 8099)
const dist = fileURLToPath(new URL('../dist', import.meta.url))
const city = (name) => {
  const file = fileURLToPath(new URL(`../../city/${name}`, import.meta.url))
  return existsSync(file) ? parse_csv(readFileSync(file, 'utf8')) : []
}
const now = () => new Date(Date.now() + 8 * 3600e3).toISOString().replace('Z', '+08:00')
const before = (s) => new Date(Date.now() - s * 1000 + 8 * 3600e3).toISOString().replace('Z', '+08:00')

// A small generator, so that each start shows the same figures.
let seed = 20201124
const random = () => ((seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648)
const between = (a, b) => Math.floor(a + random() * (b - a))

const accounts = city('accounts.csv')
const rights_of = (roles) => [...new Set(city('roles.csv').filter((r) => roles.includes(r.role)).map((r) => r.right))]
const departments = city('departments.csv')
const divisions = city('divisions.csv').filter((d) => d.code !== '330200')
const sessions = new Map()

// --- data ----------------------------------------------------------------------------------------
const resource_names = [['ent_registry', '企业登记信息', 'scjg'], ['ent_insured', '企业参保缴费信息', 'rsj'], ['ent_tax', '企业纳税信息', 'swj'], ['ent_invoice', '企业用电信息', 'jxj'], ['person_registry', '常住人口信息', 'gaj'], ['person_elderly', '高龄老人信息', 'mzj'], ['person_disabled', '残疾人信息', 'cl'], ['ent_patent', '授权专利信息', 'zscq'], ['ent_export', '企业进出口信息', 'hg'], ['ent_hightech', '高新技术企业名单', 'kjj'], ['person_employment', '就业登记信息', 'rsj'], ['person_marriage', '婚姻登记信息', 'mzj'], ['estate', '不动产登记信息', 'zrzy'], ['ent_penalty', '行政处罚信息', 'fgw'], ['air_daily', '空气质量日报', 'sthj'], ['bus_stops', '公交站点信息', 'jtj']]
const resources = Array.from({ length: 64 }, (_, i) => {
  const [code, name] = resource_names[i % resource_names.length]
  const d = departments[(i * 7) % Math.max(1, departments.length)] ?? { short: 'x', name: '市经信局' }
  const n = i < resource_names.length ? '' : `_${Math.floor(i / resource_names.length) + 1}`
  return {
    code: code + n, resource_code: `33020001${String(100 + i)}/0000${String(i).padStart(2, '0')}`, name: name + (n ? `（${n.slice(1)}）` : ''),
    department: d.short, department_name: d.name, category: ['基础', '主题', '部门'][i % 3], share_type: ['无条件', '有条件', '不予'][i % 3],
    open_type: ['无条件开放', '受限开放', '不开放'][i % 3], update_cycle: ['每日', '每月', '实时'][i % 3], items: between(6, 18),
    rows: i % 17 === 16 ? 0 : between(1200, 480000), quality: i % 17 === 16 ? null : 92 + random() * 8, quarantined: i % 3 ? between(0, 240) : 0,
    landed_at: i % 17 === 16 ? null : before(between(20, 90000)),
  }
})
const item_list = [
  ['uscc', '统一社会信用代码', 'text', true, true, 'L2', 'uscc'], ['name', '企业名称', 'text', false, true, 'L1', 'length:1..60'], ['legal_person', '法定代表人', 'text', false, true, 'L3', 'length:1..30'],
  ['legal_id', '法定代表人证件号', 'text', false, false, 'L4', 'resident_id'], ['division', '登记区划', 'text', false, true, 'L1', 'code:divisions'], ['founded', '成立日期', 'date', false, true, 'L2', 'past'], ['capital', '注册资本（万元）', 'decimal:2', false, false, 'L2', 'range:0..9999999'], ['phone', '联系电话', 'text', false, false, 'L3', 'pattern:1[0-9]{10}'],
].map(([code, name, type, key, required, grade, check]) => ({ code, name, type, key, required, grade, check, share_type: '有条件', open_type: grade === 'L1' ? '无条件开放' : '不开放', description: key ? '登记机关核发的 18 位代码' : '' }))
const lineage = [['system:scjg_reg', 'resource:ent_registry', 'supplies'], ['file:ent_registry.csv', 'resource:ent_registry', 'landed'], ['column:ent_registry/uscc', 'item:ent_registry.uscc', 'mapped'], ['resource:ent_registry', 'fact:征管区划', 'derived'], ['fact:征管区划', 'policy:稳岗返还', 'derived']].map(([from, to, kind]) => ({ from, to, kind, rows: 100 }))
const audit = []
const H = (...b) => createHash('sha256').update(Buffer.concat(b)).digest()
function log(event, actor, object, purpose = '') {
  audit.push({ index: audit.length, at: now(), event, actor, purpose, object, status: 200, leaf: H(Buffer.from([0]), randomBytes(32)) })
  return audit.length - 1
}
const split = (n) => 2 ** Math.floor(Math.log2(n - 1))
const mth = (l) => (l.length === 0 ? H(Buffer.alloc(0)) : l.length === 1 ? l[0] : H(Buffer.from([1]), mth(l.slice(0, split(l.length))), mth(l.slice(split(l.length)))))
const path = (m, l) => (l.length <= 1 ? [] : m < split(l.length) ? [...path(m, l.slice(0, split(l.length))), mth(l.slice(split(l.length)))] : [...path(m - split(l.length), l.slice(split(l.length))), mth(l.slice(0, split(l.length)))])
for (let i = 0; i < 57; i++) log(['guard.read', 'rail.land', 'benefit.match', 'session.login'][i % 4], ['system:rail', 'finance', 'steward', ''][i % 4], ['resource:ent_registry', 'source:ent_insured', 'policy:NB-001', 'account:finance'][i % 4], ['质量核查', '归集', '政策匹配', ''][i % 4])

const dmn_dir = fileURLToPath(new URL('../../decisions', import.meta.url))
const dmn_files = existsSync(dmn_dir) ? readdirSync(dmn_dir).filter((f) => f.endsWith('.dmn')) : []
const sample_dmn = `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="稳岗返还" namespace="citybrain">
 <decision name="资格"><decisionTable hitPolicy="FIRST"><input label="参保人数"><inputExpression><text>参保人数</text></inputExpression></input><input label="裁员率"><inputExpression><text>裁员率</text></inputExpression></input><output name="资格"/>
 <rule><inputEntry><text>[1..30]</text></inputEntry><inputEntry><text>&lt;= 0.2</text></inputEntry><outputEntry><text>true</text></outputEntry><annotationEntry><text>小微企业裁员率放宽至 20%</text></annotationEntry></rule>
 <rule><inputEntry><text>&gt; 30</text></inputEntry><inputEntry><text>&lt;= 0.055</text></inputEntry><outputEntry><text>true</text></outputEntry><annotationEntry><text>其余不高于 5.5%</text></annotationEntry></rule>
 <rule><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry><outputEntry><text>false</text></outputEntry><annotationEntry><text>不符合</text></annotationEntry></rule></decisionTable></decision>
 <decision name="金额"><literalExpression><text>if 资格 then decimal(上年度失业保险费 * 返还比例, 2) else 0</text></literalExpression></decision>
</definitions>`
const models = (dmn_files.length ? dmn_files : ['wengang.dmn']).map((file, i) => ({
  id: file.replace('.dmn', ''), name: ['稳岗返还', '高龄津贴', '研发补助', '复工包车补助'][i % 4], version: 1 + (i % 3), state: ['published', 'published', 'submitted', 'draft'][i % 4],
  effective_from: '2020-01-01', effective_to: i % 5 ? null : '2020-12-31', author: 'policy', publisher: i % 4 < 2 ? 'publisher' : null, hash: createHash('sha256').update(file).digest('hex'),
  xml: dmn_files.length ? readFileSync(join(dmn_dir, file), 'utf8') : sample_dmn, inputs: [{ name: '参保人数', type: 'number' }, { name: '裁员率', type: 'number' }, { name: '基准日', type: 'date' }], decisions: ['资格', '金额', '理由'], diagnostics: [],
}))
const themes = ['稳岗返还', '研发投入补助', '以工代训补贴', '高龄津贴', '困难残疾人生活补贴', '小微企业社保补贴', '专利资助', '外贸展会补助', '技能提升补贴', '首台套奖励']
const units = divisions.length ? divisions : [{ code: '330203', name: '海曙区' }]
const policies = Array.from({ length: 67 }, (_, i) => {
  const d = i < 12 ? { code: '330200', name: '宁波市' } : units[i % units.length]
  const matched = i % 5 === 4 ? 0 : between(12, 4200)
  const paid = Math.floor(matched * random())
  const each = between(80000, 3000000)
  return {
    code: `NB-${String(i + 1).padStart(3, '0')}`, name: `${d.name}${themes[i % themes.length]}`, level: i < 12 ? 'city' : 'district', division: d.code, division_name: d.name,
    department_name: departments[i % Math.max(1, departments.length)]?.name ?? '市人社局', subject: i % 10 === 3 || i % 10 === 4 ? 'person' : 'enterprise', mode: ['免申即享', '即申即享', '承诺兑现'][i % 3], model: models[i % models.length].id,
    state: i % 5 === 4 ? 'draft' : i === 7 ? 'closed' : 'open', window_from: '2020-02-01', window_to: '2020-12-31', line: `${d.code}-JY`, city_share: i < 12 ? 100 : 50, matched, matched_fen: matched * each, paid, paid_fen: paid * each,
    basis: '甬政发〔2020〕2号 第三条', summary: '对不裁员、少裁员的参保企业，按上年度实际缴纳失业保险费的 60% 返还。', parameters: { 返还比例: 0.6, 适用区划: d.code, 裁员率上限: 0.055, 单户上限: 500000 }, model_version: 1,
  }
})
const lines = units.slice(0, 16).flatMap((d, i) => ['JY', 'KJ'].map((k) => {
  const appropriated = between(2e9, 9e9)
  const posted = Math.floor(appropriated * random() * 0.8)
  const pending = Math.floor((appropriated - posted) * random() * 0.2)
  return { code: `${d.code}-${k}`, name: k === 'JY' ? '就业创业专项资金' : '科技创新专项资金', level: i ? 'district' : 'city', division_name: d.name, year: 2020, appropriated_fen: appropriated, pending_fen: pending, posted_fen: posted, available_fen: appropriated - posted - pending }
}))
for (const p of policies) p.line_detail = lines.find((l) => l.code === p.line) ?? lines[0]
const payments = Array.from({ length: 90 }, (_, i) => ({ id: `p${i}`, policy: policies[i % 60].code, name: policies[i % 60].name, payee_masked: i % 3 ? `宁波${'甲乙丙丁'[i % 4]}***有限公司` : '王*', amount_fen: between(10000, 9000000), line: lines[i % lines.length].code, state: ['paid', 'paid', 'paid', 'sent', 'returned', 'unknown'][i % 6], at: before(i * 77), end_to_end_id: `CB20201124${String(900000 + i)}` }))
let claims_to_check = Array.from({ length: 5 }, (_, i) => ({ id: `c${i}`, policy: policies[i].code, name: policies[i].name, payee_masked: `宁波${'甲乙丙丁戊'[i]}***有限公司`, amount_fen: between(50000000, 90000000), state: 'claimed', at: before(i * 1300), decision: 'd1' }))
const yes = [{ text: '在本市参加失业保险且足额缴费', value: 38, holds: true, resource: '企业参保缴费信息', fact: '参保人数' }, { text: '裁员率不高于 5.5%', value: '1.2%', holds: true, resource: '企业参保缴费信息', fact: '裁员率' }, { text: '未列入严重失信名单', value: false, holds: true, resource: '失信名单', fact: '严重失信' }]
const no = [{ text: '须为高新技术企业', value: false, holds: false, resource: '高新技术企业名单', fact: '高新技术企业' }, { text: '上年度研发投入不少于 100 万元', value: 360000, holds: false, resource: '企业纳税信息', fact: '研发费用' }]
const entitlements = () => [['NB-001', '稳岗返还', 386500, 'claimable', '即申即享'], ['NB-003', '以工代训补贴', 150000, 'claimable', '承诺兑现'], ['NB-006', '小微企业社保补贴', 92000, 'paid', '免申即享']].map(([policy, name, amount_fen, state, mode], i) => ({ policy, name, entitled: true, amount_fen, reasons: yes, state, mode, decision: `d${i + 1}` }))
const refusals = [['NB-002', '研发投入补助'], ['NB-010', '首台套奖励']].map(([policy, name], i) => ({ policy, name, entitled: false, amount_fen: 0, reasons: no, state: 'none', mode: '即申即享', decision: `d${i + 7}` }))
const mine = new Map()
const step_words = [['matched', '系统匹配，您符合条件'], ['claimed', '您已领取'], ['committed', '预算额度已冻结'], ['sent', '支付指令已送国库'], ['paid', '资金已到账']]
const steps_to = (n) => step_words.map(([state, text], i) => ({ at: i < n ? before((n - i) * 4) : null, state, text }))

// --- the board -------------------------------------------------------------------------------------
const days = Array.from({ length: 30 }, (_, i) => new Date(Date.now() - (29 - i) * 86400e3).toISOString().slice(5, 10))
const trend = (from, to) => days.map((label, i) => ({ label, value: Math.floor(from + ((to - from) * i) / 29 + random() * (to - from) * 0.06) }))
const figures = [
  ['records', '归集记录总量', '条', 38642105, 0, 1.8], ['resources', '在册数据资源', '个', 128, 0, 0], ['quality', '数据质量得分', '%', 9764, 2, 0.3], ['entitled', '符合政策户次', '户次', 49520, 0, 6.2], ['paid_fen', '兑付金额', '元', 86100000000, 2, 3.1], ['wait', '平均到账时间', '秒', 42, 1, -5.4],
].map(([code, name, unit, value, scale, change]) => ({ code, name, unit, value, scale, change, as_of: now(), trend: trend(value * 0.7, value) }))
const division_values = () => units.map((d, i) => ({ code: d.code, name: d.name, value: [231, 128, 176, 94, 258, 71, 52, 63, 149, 187, 41, 66, 23, 19, 12][i] * 10000 + 321 }))
const live = [['land', '市人社局 企业参保缴费信息 到达 12,408 行', null], ['match', '鄞州区稳岗返还 匹配 1,204 户', 361200000], ['pay', '宁波甲***有限公司 稳岗返还 到账', 386500], ['claim', '王* 领取高龄津贴', 10000], ['quarantine', '企业登记信息 隔离 3 行：信用代码校验位不符', null], ['publish', '北仑区以工代训补贴 已发布', null], ['return', '慈***厂 专利资助 退回：户名不符', 200000]].map(([kind, text, amount_fen], i) => ({ at: before(i * 41), kind, text, amount_fen, division: units[i % 10].code }))
const panels = [
  { code: 'paid_by_day', title: '近 30 日兑付', kind: 'line', unit: '万元', scale: 0, series: [{ name: '本月', points: trend(120, 480) }, { name: '上月', points: trend(100, 330) }] },
  { code: 'rows_by_department', title: '部门数据归集', kind: 'bar', unit: '条', scale: 0, series: [{ name: '记录数', points: departments.slice(0, 8).map((d, i) => ({ label: d.name.replace('宁波市', '市'), value: 18600000 - i * 2100000 })) }] },
  { code: 'modes', title: '兑付方式构成', kind: 'share', unit: '', scale: 0, series: [{ name: '', points: [['免申即享', 61], ['即申即享', 27], ['承诺兑现', 12]].map(([label, value]) => ({ label, value })) }] },
  { code: 'budget', title: '预算执行进度', kind: 'bar', unit: '%', scale: 1, series: [{ name: '', points: units.slice(0, 7).map((d, i) => ({ label: d.name, value: 861 - i * 54 })) }] },
]
const board = () => ({ title: '宁波城市大脑', demo: true, indicators: figures, divisions: division_values(), division_title: '各区县兑付金额', division_unit: '元', panels, live })

// --- routes ----------------------------------------------------------------------------------------
const page_of = (all, q) => {
  const size = Math.min(200, Number(q.get('size') ?? 20))
  const at = (Number(q.get('page') ?? 1) - 1) * size
  return { items: all.slice(at, at + size), total: all.length }
}
const has = (text, q) => !q || text.includes(q)
const principal_of = (a) => ({ kind: a.kind, name: a.name, department: a.department, subject: a.subject, roles: a.roles.split('|'), rights: rights_of(a.roles.split('|')) })
const refuse = (status, title, detail) => ({ status, problem: { type: 'about:blank', title, status, detail } })

const routes = [
  ['GET', /^\/api\/session$/, ({ who }) => ({ principal: who && principal_of(who), city: { name: '宁波市', demo: true }, now: now() })],
  ['GET', /^\/api\/departments$/, () => ({ items: departments.map((d) => ({ short: d.short, name: d.name, resources: resources.filter((r) => r.department === d.short).length })) })],
  ['GET', /^\/api\/resources$/, ({ q }) => page_of(resources.filter((r) => has(r.name + r.code, q.get('query')) && (!q.get('department') || r.department === q.get('department')) && (!q.get('category') || r.category === q.get('category'))), q)],
  ['GET', /^\/api\/resources\/([^/]+)$/, ({ m }) => {
    const r = resources.find((x) => x.code === m[1])
    return r ? { ...r, abstract: '在本市登记的各类企业的基本信息，由市场监管部门每日更新。', system: '企业登记管理系统', item_list, lineage, quality_history: days.map((d, i) => ({ at: `2026-${d}T08:00:00+08:00`, score: 93 + i * 0.1 + random() })) } : refuse(404, 'not found', `no resource '${m[1]}'`)
  }],
  ['GET', /^\/api\/resources\/([^/]+)\/records$/, ({ m, q, who }) => ({
    columns: item_list.map((i) => ({ code: i.code, name: i.name, grade: i.grade, masked: i.grade !== 'L1' })), audit: { index: log('guard.read', who.login, `resource:${m[1]}`, q.get('purpose') ?? '') },
    rows: Array.from({ length: 8 }, (_, i) => [`9133****${1000 + i * 37}`, `宁波${'甲乙丙丁戊己庚辛'[i]}示例科技有限公司`, `${'王李张陈'[i % 4]}**`, null, '330212', '2014', '500–1000', `138****${1234 + i}`]),
  })],
  ['GET', /^\/api\/purposes$/, () => ({ items: [['quality', '数据质量核查'], ['audit', '审计'], ['handling', '业务办理']].map(([code, name]) => ({ code, name, basis: '' })) })],
  ['GET', /^\/api\/me\/accesses$/, ({ q }) => page_of(Array.from({ length: 7 }, (_, i) => ({ index: 40 - i, at: before(i * 5000), event: 'guard.read', department: '市人社局', purpose: '业务办理', object: 'resource:ent_insured' })), q)],
  ['GET', /^\/api\/sources$/, () => ({ items: resources.slice(0, 30).map((r, i) => ({ name: `${r.department_name} · ${r.name}`, resource: r.code, kind: '文件', state: i === 4 ? 'failed' : i % 6 ? 'idle' : 'running', position: `${r.code}.csv@${r.rows}`, rows_landed: r.rows, rows_quarantined: r.quarantined, lag_seconds: i * 3, updated_at: before(i * 60), error: i === 4 ? '第 1 行缺少列 uscc；请核对表头' : null })) })],
  ['GET', /^\/api\/quarantine$/, ({ q }) => page_of(Array.from({ length: 46 }, (_, i) => ({ id: `q${i}`, resource: resources[i % 9].code, file: `${resources[i % 9].code}.csv`, line: 100 + i * 13, reasons: [{ item: '统一社会信用代码', check: 'uscc', message: '校验位应为 7，实为 X' }, ...(i % 4 ? [] : [{ item: '成立日期', check: 'past', message: '2099-01-01 在将来' }])], row_masked: { uscc: '9133****36', name: '宁波**公司', founded: '2099' }, at: before(i * 300) })).filter((x) => !q.get('resource') || x.resource === q.get('resource')), q)],
  ['GET', /^\/api\/audit$/, ({ q }) => page_of([...audit].reverse().map(({ leaf, ...e }) => e), q)],
  ['GET', /^\/api\/audit\/head$/, () => ({ size: audit.length, root: mth(audit.map((e) => e.leaf)).toString('hex'), at: audit.at(-1).at })],
  ['GET', /^\/api\/audit\/(\d+)\/proof$/, ({ m, q }) => {
    const leaves = audit.map((e) => e.leaf).slice(0, Number(q.get('size') ?? 1e9))
    const i = Number(m[1])
    return leaves[i] ? { leaf_hash: leaves[i].toString('hex'), index: i, size: leaves.length, path: path(i, leaves).map((h) => h.toString('hex')), root: mth(leaves).toString('hex') } : refuse(404, 'not found', `no entry ${i}`)
  }],
  ['GET', /^\/api\/models$/, () => ({ items: models.map(({ xml, inputs, decisions, diagnostics, ...m }) => m), total: models.length })],
  ['GET', /^\/api\/models\/([^/]+)\/(\d+)$/, ({ m }) => models.find((x) => x.id === decodeURIComponent(m[1])) ?? refuse(404, 'not found', 'no such model')],
  ['POST', /^\/api\/models$/, ({ body }) => {
    const base = models.find((x) => x.id === body.id)
    Object.assign(base, { xml: body.xml, state: 'draft', version: base.version + 1, publisher: null })
    return base
  }],
  ['POST', /^\/api\/models\/([^/]+)\/(\d+)\/(submit|publish|try)$/, ({ m }) => {
    const model = models.find((x) => x.id === decodeURIComponent(m[1]))
    if (m[3] === 'try') return { 资格: true, 金额: 3865.0, 理由: '符合', explanation: [{ decision: '资格', rule: 2, inputs: { 参保人数: 38, 裁员率: 0.012 } }] }
    model.state = m[3] === 'submit' ? 'submitted' : 'published'
    return model
  }],
  ['GET', /^\/api\/policies$/, ({ q }) => page_of(policies.filter((p) => has(p.name + p.code, q.get('query')) && ['level', 'division', 'state'].every((k) => !q.get(k) || p[k] === q.get(k))), q)],
  ['GET', /^\/api\/policies\/([^/]+)$/, ({ m }) => policies.find((p) => p.code === m[1]) ?? refuse(404, 'not found', `no policy '${m[1]}'`)],
  ['POST', /^\/api\/policies\/([^/]+)\/(publish|match)$/, ({ m, who }) => {
    const p = policies.find((x) => x.code === m[1])
    log(`benefit.${m[2]}`, who.login, `policy:${p.code}`)
    if (m[2] === 'publish') {
      p.state = 'open'
      push('event', { at: now(), kind: 'publish', text: `${p.name} 已发布`, division: p.division })
      return p
    }
    p.matched = 1204
    p.matched_fen = 361200000
    push('event', { at: now(), kind: 'match', text: `${p.name} 匹配 1,204 户`, amount_fen: p.matched_fen, division: p.division })
    return { subjects: 98211, entitled: 1204, amount_fen: 361200000, seconds: 0.418 }
  }],
  ['GET', /^\/api\/lines$/, ({ q }) => page_of(lines, q)],
  ['GET', /^\/api\/payments$/, ({ q }) => page_of(payments.filter((p) => !q.get('state') || p.state === q.get('state')), q)],
  ['GET', /^\/api\/claims$/, ({ q }) => page_of(claims_to_check, q)],
  ['POST', /^\/api\/claims\/([^/]+)\/approve$/, ({ m }) => ((claims_to_check = claims_to_check.filter((c) => c.id !== m[1])), {})],
  ['GET', /^\/api\/decisions\/([^/]+)$/, ({ m }) => {
    const good = Number(m[1].slice(1)) < 7
    return { id: m[1], policy: 'NB-001', name: good ? '稳岗返还' : '研发投入补助', entitled: good, amount_fen: good ? 386500 : 0, decided_at: before(500), model: models[0].id, model_version: 1, model_hash: models[0].hash, reasons: good ? yes : no, facts: (good ? yes : no).map((r) => ({ fact: r.fact, value: r.value, resource: r.resource })), audit: { index: 12 }, explanation: { 决策: '资格', 命中规则: 2 } }
  }],
  ['GET', /^\/api\/me\/entitlements$/, ({ q, who }) => {
    const claimed = mine.get(who.login) ?? []
    const items = entitlements().map((e) => ({ ...e, state: claimed.find((c) => c.policy === e.policy)?.state ?? e.state }))
    return { items: q.get('all') ? [...items, ...refusals] : items }
  }],
  ['GET', /^\/api\/me\/claims$/, ({ who }) => ({ items: [...(mine.get(who.login) ?? []), { id: 'old', policy: 'NB-006', name: '小微企业社保补贴', amount_fen: 92000, state: 'paid', steps: steps_to(5), decision: 'd3' }] })],
  ['POST', /^\/api\/me\/claims$/, ({ who, body }) => {
    const e = entitlements().find((x) => x.policy === body.policy)
    if (!e) return refuse(404, 'not found', `no entitlement to '${body.policy}'`)
    const c = { id: randomBytes(6).toString('hex'), policy: e.policy, name: e.name, amount_fen: e.amount_fen, state: 'claimed', steps: steps_to(2), decision: e.decision }
    mine.set(who.login, [c, ...(mine.get(who.login) ?? [])])
    ;[[2, 'committed'], [4, 'sent'], [5, 'paid']].forEach(([n, state], i) => setTimeout(() => {
      c.state = state
      c.steps = steps_to(n)
      if (state === 'paid') {
        figures[4].value += c.amount_fen
        push('event', { at: now(), kind: 'pay', text: `${who.name.slice(0, 2)}*** ${c.name} 到账`, amount_fen: c.amount_fen, division: '330212' })
        push('kpi', { indicators: figures })
      }
    }, 1500 * (i + 1)))
    return c
  }],
  ['GET', /^\/api\/board$/, () => board()],
  ['GET', /^\/api\/indicators\/([^/]+)$/, ({ m }) => {
    const f = figures.find((x) => x.code === m[1])
    return { ...f, definition: '指统计期内经检查合格并落地到城市数据湖的记录条数，不含隔离行，同一主键更新只计一次。', owner: '市大数据局', period: '实时', by_district: division_values(), links: [{ label: '企业登记信息', href: '/console/resources/ent_registry' }, { label: '支付明细', href: '/console/payments' }], audit: { index: 42 } }
  }],
]

const streams = new Set()
const push = (event, data) => streams.forEach((s) => s.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`))
setInterval(() => {
  figures[0].value += between(20, 900)
  push('kpi', { indicators: figures })
}, 4000)
setInterval(() => push('event', { ...live[between(0, live.length)], at: now() }), 9000)

const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2', '.woff': 'font/woff', '.geojson': 'application/geo+json' }
const csp = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'"

function serve_file(url, accepts, reply) {
  const pages = [[/^\/$/, 'index.html'], [/^\/console(\/|$)/, 'console.html'], [/^\/m(\/|$)/, 'm.html'], [/^\/cockpit\/?$/, 'cockpit.html']]
  const page = pages.find(([p]) => p.test(url.pathname))?.[1]
  const file = join(dist, page ?? normalize(url.pathname))
  if (!file.startsWith(dist) || !existsSync(file) || !extname(file)) return reply.writeHead(404).end()
  const packed = existsSync(file + '.gz') && /gzip/.test(accepts ?? '')
  reply.writeHead(200, {
    'content-type': types[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': csp,
    'x-content-type-options': 'nosniff',
    ...(packed ? { 'content-encoding': 'gzip' } : {}),
  })
  reply.end(readFileSync(packed ? file + '.gz' : file))
}

createServer(async (request, reply) => {
  const url = new URL(request.url, 'http://mock')
  if (!url.pathname.startsWith('/api/')) return serve_file(url, request.headers['accept-encoding'], reply)
  let text = ''
  for await (const part of request) text += part
  const body = text ? JSON.parse(text) : {}
  const send = (status, value, headers = {}) => {
    const type = status >= 400 ? 'application/problem+json' : 'application/json'
    reply.writeHead(status, { 'content-type': type, ...headers }).end(JSON.stringify(value))
  }
  const cookie = /cb_session=([0-9a-f]+)/.exec(request.headers.cookie ?? '')?.[1]
  const who = sessions.get(cookie) ?? null
  if (url.pathname === '/api/session' && request.method === 'POST') {
    const account = accounts.find((a) => a.login === body.login)
    if (!account || body.password !== 'citybrain-demo') return send(401, { title: 'denied', status: 401, detail: '账号或密码不对' })
    const secret = randomBytes(16).toString('hex')
    sessions.set(secret, account)
    return send(200, { principal: principal_of(account) }, { 'set-cookie': `cb_session=${secret}; HttpOnly; SameSite=Strict; Path=/` })
  }
  if (url.pathname === '/api/session' && request.method === 'DELETE') {
    sessions.delete(cookie)
    return reply.writeHead(204).end()
  }
  if (!who && url.pathname !== '/api/session') return send(401, { title: 'denied', status: 401, detail: '请先登录' })
  if (url.pathname === '/api/board/stream') {
    reply.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    reply.write(`retry: 2000\nevent: snapshot\ndata: ${JSON.stringify(board())}\n\n`)
    streams.add(reply)
    return request.on('close', () => streams.delete(reply))
  }
  for (const [method, pattern, handle] of routes) {
    const m = pattern.exec(url.pathname)
    if (method !== request.method || !m) continue
    const answer = handle({ m, q: url.searchParams, who, body })
    return answer?.problem ? send(answer.status, answer.problem) : send(200, answer)
  }
  send(404, { title: 'not found', status: 404, detail: `no route ${request.method} ${url.pathname}` })
}).listen(port, '127.0.0.1', () => console.log(`mock: http://127.0.0.1:${port}`))
