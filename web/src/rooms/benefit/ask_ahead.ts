// The phone's first page asks for its list as soon as the session is known, before anything is drawn; whoever
// was signed in at the last visit is taken to be so still, and asks at once.
import { session } from '@base/session'
import { my_entitlements, type Entitlement } from './api'
import type { Page } from '@base/api'

const stored_key = 'citybrain.m.signed_in'
const mine = () => !!session.principal && ['citizen', 'enterprise'].includes(session.principal.kind)

let asked: Promise<Page<Entitlement>> | null = null
let taken = false // the page was quicker: nothing is left to ask ahead

export function ask_ahead(known: Promise<void>): void {
  if (location.pathname !== '/m/' && location.pathname !== '/m') return
  const ask = () => {
    asked = my_entitlements(false, false)
    asked.catch(() => undefined) // the page asks again and says why it failed
  }
  if (localStorage.getItem(stored_key) === '1') ask()
  known
    .then(() => {
      if (mine() && !asked && !taken) ask()
      if (!mine()) localStorage.removeItem(stored_key)
    })
    .catch(() => undefined) // the frame shows what is wrong
}

// The answer asked for ahead, once; later readings are new ones.
export async function first_entitlements(): Promise<Page<Entitlement>> {
  const ahead = asked
  asked = null
  taken = true
  localStorage.setItem(stored_key, '1')
  return ahead?.catch(() => my_entitlements(false, false)) ?? my_entitlements(false, false)
}
