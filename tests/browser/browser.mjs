// What the browser tests share: Chromium of the machine, signed-in contexts, PASS and FAIL lines.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(new URL('../../web/package.json', import.meta.url))
const { chromium } = require('playwright-core')

export const axe_source = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
export const base = (process.env.CITYBRAIN_URL ?? 'http://127.0.0.1:8080').replace(/\/$/, '')
export const password = process.env.CITYBRAIN_PASSWORD ?? 'citybrain-demo'
const flags = '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'

export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags.split(' ') })

const states = new Map() // login → cookies, so that each account signs in once

// A context signed in as `login` (null = nobody).
export async function context_of(browser, login, options = {}) {
  const context = await browser.newContext({ storageState: states.get(login), ...options })
  if (login && !states.has(login)) {
    const reply = await context.request.post(`${base}/api/session`, {
      data: { login, password },
      headers: { 'x-requested-with': 'citybrain' },
    })
    if (!reply.ok()) throw new Error(`login '${login}': HTTP ${reply.status()} ${await reply.text()}`)
    states.set(login, await context.storageState())
  }
  return context
}

// Everything a page must not do: errors on the console, exceptions, requests to another origin.
export function watch(page) {
  const faults = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(`console: ${message.text()} ${message.location().url ?? ''}`)
  })
  page.on('pageerror', (error) => faults.push(`exception: ${error.message}`))
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.protocol.startsWith('http') && url.origin !== new URL(base).origin) faults.push(`external request: ${request.url()}`)
  })
  return faults
}

export function report() {
  let passed = 0
  let failed = 0
  return {
    check(name, good, why = '') {
      good ? passed++ : failed++
      console.log(`${good ? 'PASS' : 'FAIL'} ${name}${good || !why ? '' : `: ${why}`}`)
      return good
    },
    close() {
      console.log(`${passed} passed, ${failed} failed`)
      process.exitCode = failed === 0 && passed > 0 ? 0 : 1
    },
  }
}
