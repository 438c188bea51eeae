// The one way to the server: fetch with the session's cookie, the header that marks our own writes, a time
// limit, and every refusal as an ApiError whose words a person can read (RFC 9457 problem documents).
import { early_reply } from './early'
import { has_word, t } from './i18n'

export interface Problem {
  type?: string
  title?: string
  detail?: string
  status?: number
  [more: string]: unknown
}

export interface Page<T> {
  items: T[]
  total?: number
  next?: string | null
}

const timeout_ms_max = 60_000
// A read that found nobody to answer is asked again after so long: one process takes over from another in less.
const again_after_ms = [400, 1_200]
const nobody_answers = new Set([0, 502, 503, 504])

export class ApiError extends Error {
  readonly status: number
  readonly problem: Problem
  constructor(status: number, problem: Problem) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`)
    this.status = status
    this.problem = problem
  }
}

// Called when the server no longer knows who is signed in; the session module sets it.
let session_ended = () => {}
export function on_session_ended(call_this: () => void): void {
  session_ended = call_this
}

export type Query = Record<string, string | number | boolean | null | undefined>

export function with_query(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return text ? `${path}?${text}` : path
}

async function problem_of(reply: Response): Promise<Problem> {
  const type = reply.headers.get('content-type') ?? ''
  if (type.includes('json')) {
    try {
      return (await reply.json()) as Problem
    } catch {
      return { status: reply.status }
    }
  }
  return { status: reply.status }
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const file = body instanceof Blob
  const headers: Record<string, string> = { accept: 'application/json' }
  if (method !== 'GET') headers['x-requested-with'] = 'citybrain'
  if (body !== undefined) headers['content-type'] = file ? body.type || 'application/octet-stream' : 'application/json'
  let reply: Response
  try {
    const ahead = method === 'GET' ? await early_reply(path) : null
    reply = ahead ?? await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : file ? body : JSON.stringify(body),
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.timeout(timeout_ms_max),
    })
  } catch (cause) {
    const late = cause instanceof DOMException && cause.name === 'TimeoutError'
    throw new ApiError(0, { title: t(late ? 'error.timeout' : 'error.offline') })
  }
  if (reply.status === 401 && path !== '/api/session') session_ended()
  if (!reply.ok) throw new ApiError(reply.status, await problem_of(reply))
  if (reply.status === 204) return undefined as T
  const type = reply.headers.get('content-type') ?? ''
  return (type.includes('json') ? await reply.json() : undefined) as T
}

async function read<T>(path: string): Promise<T> {
  for (const wait_ms of again_after_ms) {
    try {
      return await call<T>('GET', path)
    } catch (cause) {
      if (!(cause instanceof ApiError) || !nobody_answers.has(cause.status) || !navigator.onLine) throw cause
      await new Promise((go_on) => setTimeout(go_on, wait_ms))
    }
  }
  return call<T>('GET', path)
}

export const api = {
  get: <T>(path: string, query?: Query) => read<T>(with_query(path, query)),
  post: <T>(path: string, body?: unknown) => call<T>('POST', path, body ?? {}),
  send_file: <T>(path: string, file: Blob) => call<T>('POST', path, file),
  del: <T>(path: string) => call<T>('DELETE', path),
}

// What happened, in the reader's language, with the server's own sentence after it.
export function error_words(cause: unknown): string {
  if (cause instanceof ApiError) {
    const key = `error.${cause.status}`
    const lead = has_word(key) ? t(key) : cause.status >= 500 ? t('error.server') : ''
    const detail = cause.problem.detail ?? cause.problem.title ?? ''
    if (lead && detail && lead !== detail) return `${lead} ${t('error.server_says', { detail })}`
    return lead || detail || t('error.unknown')
  }
  return cause instanceof Error ? cause.message : t('error.unknown')
}
