// The editor's unsaved work, kept in this browser so that a crash or a closed window loses nothing. One entry
// a model; the oldest go first.
const prefix = 'citybrain.rules.draft.'
const kept_max = 8
const chars_max = 1_000_000

export interface LocalDraft {
  id: string
  name: string
  base: number // version that was edited; 0 = a new model
  xml: string
  at: string
}

function all_keys(store: Storage): string[] {
  return Array.from({ length: store.length }, (_, i) => store.key(i) ?? '').filter((key) => key.startsWith(prefix))
}

export function read_draft(id: string, store: Storage = localStorage): LocalDraft | null {
  try {
    const found = JSON.parse(store.getItem(prefix + id) ?? 'null') as LocalDraft | null
    return found && typeof found.xml === 'string' && typeof found.at === 'string' ? found : null
  } catch {
    return null
  }
}

export function forget_draft(id: string, store: Storage = localStorage): void {
  store.removeItem(prefix + id)
}

// False where the browser has no room for it.
export function keep_draft(draft: LocalDraft, store: Storage = localStorage): boolean {
  if (draft.xml.length > chars_max) return false
  const others = all_keys(store)
    .filter((key) => key !== prefix + draft.id)
    .map((key) => ({ key, at: read_draft(key.slice(prefix.length), store)?.at ?? '' }))
    .sort((a, b) => a.at.localeCompare(b.at))
  while (others.length >= kept_max) store.removeItem(others.shift()?.key ?? '')
  try {
    store.setItem(prefix + draft.id, JSON.stringify(draft))
    return true
  } catch {
    return false
  }
}
