// Who is signed in. One shared state per page; the cookie itself is HttpOnly and never seen here.
import { reactive } from 'vue'
import { api, on_session_ended } from './api'
import { signed_in_key } from './early'
import { set_server_now } from './time'

export interface Principal {
  kind: 'staff' | 'citizen' | 'enterprise' | 'system' | 'anonymous'
  name: string
  department?: string
  subject?: string
  roles: string[]
  rights: string[]
}

interface SessionReply {
  principal: Principal | null
  city?: { name: string; demo: boolean }
  now?: string
}

export const session = reactive({
  known: false,
  principal: null as Principal | null,
  city: { name: '宁波', demo: true },
})

// A session that ended on the server ends here too, which brings the sign-in form back.
on_session_ended(() => (session.principal = null))

let loading: Promise<void> | null = null // who asks meanwhile gets the same answer

export function load_session(): Promise<void> {
  loading ??= ask_session().finally(() => (loading = null))
  return loading
}

async function ask_session(): Promise<void> {
  const reply = await api.get<SessionReply>('/api/session')
  session.principal = reply.principal ?? null
  if (reply.city) session.city = reply.city
  set_server_now(reply.now)
  session.known = true
}

// `code`: of the authenticator app, where the account has one.
export async function log_in(login: string, password: string, code = ''): Promise<void> {
  const reply = await api.post<SessionReply>('/api/session', { login, password, ...(code ? { code } : {}) })
  session.principal = reply.principal
  session.known = true
}

export async function log_out(): Promise<void> {
  await api.del('/api/session')
  localStorage.removeItem(signed_in_key)
  session.principal = null
}

// Whether to offer an action. The server decides again on every call.
export function may(right: string): boolean {
  return session.principal?.rights?.includes(right) ?? false
}
