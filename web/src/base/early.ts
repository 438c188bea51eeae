// Answers that a page asked for before its scripts had come (public/m-early.js), each taken once.
declare global {
  interface Window {
    citybrain_early?: Record<string, Promise<Response>>
    citybrain_early_over?: boolean // the page asks for itself now
  }
}

export const signed_in_key = 'citybrain.m.signed_in'

// The reply that is on its way for this path, if one is and it comes; null = ask.
export async function early_reply(path: string): Promise<Response | null> {
  const all = typeof window === 'undefined' ? undefined : window.citybrain_early
  const ahead = all?.[path]
  if (path !== '/api/session' && all) window.citybrain_early_over = true
  if (!ahead) return null
  delete all[path]
  return ahead.catch(() => null)
}
