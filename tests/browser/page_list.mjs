// Every page a person can open, with who opens it and what is clicked then; pages of one thing take the first that the server lists.
import { base, context_of } from './browser.mjs'

async function first(context, path) {
  const reply = await context.request.get(`${base}${path}`)
  if (reply.status() === 404) return undefined
  if (!reply.ok()) throw new Error(`${path}: HTTP ${reply.status()} ${await reply.text()}`)
  return (await reply.json()).items?.[0]
}

export async function page_list(browser) {
  const finance = await context_of(browser, 'finance')
  const policy_officer = await context_of(browser, 'policy')
  const firm = await context_of(browser, 'firm')
  const resource = await first(finance, '/api/resources?size=1')
  const policy = await first(finance, '/api/policies?size=1')
  const model = await first(policy_officer, '/api/models')
  const entitlement = await first(firm, '/api/me/entitlements?all=1')
  const steward = await context_of(browser, 'steward')
  const demand = await first(steward, '/api/catalog/demands?size=1')
  const duty = await first(steward, '/api/catalog/duties?size=1')
  const spoiled = await first(steward, '/api/quarantine?size=1')
  await Promise.all([steward.close(), finance.close(), policy_officer.close(), firm.close()])
  const pages = [
    ['front', null, '/'],
    ['console login', null, '/console/'],
    ['m login', null, '/m/'],
    ['cockpit login', null, '/cockpit'],
    ['resources', 'steward', '/console/resources'],
    ['resource', 'steward', resource && `/console/resources/${resource.code}`],
    ['resource with records', 'steward', resource && `/console/resources/${resource.code}`, ['[data-tab=records]', 'form:has(#purpose) button[type=submit]']],
    ['resource quality', 'steward', resource && `/console/resources/${resource.code}`, ['[data-tab=quality]']],
    ['resource lineage', 'steward', resource && `/console/resources/${resource.code}`, ['[data-tab=lineage]', 'details summary']],
    ['resource uses', 'steward', resource && `/console/resources/${resource.code}`, ['[data-tab=uses]']],
    ['resource versions', 'steward', resource && `/console/resources/${resource.code}`, ['[data-tab=versions]']],
    ['board', 'steward', '/console/board'],
    ['duties', 'steward', '/console/board', ['[data-tab=duties]']],
    ['coordination', 'steward', '/console/board', ['[data-tab=coordination]']],
    ['returns', 'steward', '/console/board', ['[data-tab=returns]']],
    ['return', 'steward', '/console/returns/1'],
    ['return of a district', 'data-hs', '/console/returns/1'],
    ['demand', 'steward', demand && `/console/demands/${demand.id}`],
    ['duty', 'steward', duty && `/console/duties/${duty.code}`],
    ['sources', 'engineer', '/console/sources'],
    ['connect a database', 'steward', '/console/sources/new'],
    ['quarantine', 'steward', '/console/quarantine'],
    ['work orders', 'steward', '/console/work-orders'],
    ['quarantine of a resource', 'steward', spoiled && `/console/quarantine?resource=${spoiled.resource}`],
    ['where is my row', 'steward', '/console/rows'],
    ['models', 'policy', '/console/models'],
    ['model', 'policy', model && `/console/models/${model.id}/${model.version}`],
    ['new model', 'policy', '/console/models/new'],
    ['editor', 'policy', model && `/console/models/${model.id}/${model.version}/edit`, ['[data-tab=problems]']],
    ['editor try', 'policy', model && `/console/models/${model.id}/${model.version}/edit`, ['[data-tab=try]']],
    ['editor simulate', 'policy', model && `/console/models/${model.id}/${model.version}/edit`, ['[data-tab=simulate]']],
    ['editor compare', 'policy', model && `/console/models/${model.id}/${model.version}/edit`, ['[data-tab=compare]']],
    ['editor publish', 'policy', model && `/console/models/${model.id}/${model.version}/edit`, ['[data-tab=publish]']],
    ['policies', 'finance', '/console/policies'],
    ['policy', 'finance', policy && `/console/policies/${policy.code}`],
    ['lines', 'finance', '/console/lines'],
    ['claims', 'finance2', '/console/claims'],
    ['payments', 'finance', '/console/payments'],
    ['audit', 'auditor', '/console/audit?index=0'],
    ['no such page', 'finance', '/console/nothing-here'],
    ['m entitlements', 'firm', '/m/'],
    ['m reasons', 'firm', '/m/', ['article summary']],
    ['m refusals', 'firm', '/m/', ['button[aria-expanded=false]']],
    ['m money', 'firm', '/m/money'],
    ['m decisions', 'firm', '/m/decisions'],
    ['m decision', 'firm', entitlement?.decision && `/m/decisions/${entitlement.decision}`],
    ['m account', 'firm', '/m/me'],
    ['cockpit', 'finance', '/cockpit'],
    ['cockpit as tables', 'finance', '/cockpit', ['.map .switch', '.panel .switch']],
    ['cockpit figure', 'finance', '/cockpit', ['.kpi']],
  ]
  return pages.map(([name, login, path, clicks = []]) => ({ name, login, path, clicks }))
}
