// One asynchronous read of a page and its four states: loading, ready, error, and stale (an older answer is
// still shown because the newest attempt failed).
import { onBeforeUnmount, ref, shallowRef, watch, type WatchSource } from 'vue'
import { error_words } from './api'
import { now } from './time'

export interface Load<T> {
  readonly data: { readonly value: T | null }
  readonly error: { readonly value: string }
  readonly busy: { readonly value: boolean }
  readonly at: { readonly value: string }
  reload: () => Promise<void>
}

export function use_load<T>(read: () => Promise<T>, sources: (WatchSource | object)[] = []): Load<T> {
  const data = shallowRef<T | null>(null)
  const error = ref('')
  const busy = ref(true)
  const at = ref('')
  let turn = 0 // an answer that a newer question overtook is dropped
  async function reload(): Promise<void> {
    const mine = ++turn
    busy.value = true
    try {
      const answer = await read()
      if (mine !== turn) return
      data.value = answer
      error.value = ''
      at.value = now().toISOString()
    } catch (cause) {
      if (mine !== turn) return
      error.value = error_words(cause)
    } finally {
      if (mine === turn) busy.value = false
    }
  }
  if (sources.length > 0) watch(sources, () => void reload())
  onBeforeUnmount(() => turn++)
  void reload()
  return { data, error, busy, at, reload }
}
