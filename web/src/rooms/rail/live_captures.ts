// Captured databases as they move: the stream where it is reached, else asked for every few seconds; a minute
// of each one's lag and throughput is kept for its chart.
import { onBeforeUnmount, ref, shallowRef } from 'vue'
import { error_words } from '@base/api'
import { captures, type Capture } from './capture_api'

export interface Moment {
  at: string
  lag_seconds: number
  changes_per_second: number
}

const poll_ms = 2000
const moments_max = 120

export function use_live_captures() {
  const items = shallowRef<Capture[] | null>(null)
  const error = ref('')
  const live = ref(false)
  const history = shallowRef(new Map<string, Moment[]>())
  let timer = 0
  let source: EventSource | null = null
  let gone = false

  function take(now: Capture[]): void {
    const at = new Date().toISOString()
    const next = new Map<string, Moment[]>()
    for (const c of now) {
      const before = history.value.get(c.name) ?? []
      next.set(c.name, [...before, { at, lag_seconds: c.lag_seconds, changes_per_second: c.changes_per_second }].slice(-moments_max))
    }
    history.value = next
    items.value = now
    error.value = ''
  }
  async function reload(): Promise<void> {
    try {
      take((await captures()).items)
    } catch (cause) {
      error.value = error_words(cause)
    }
  }
  async function poll(): Promise<void> {
    if (gone) return
    if (!live.value) await reload()
    timer = window.setTimeout(() => void poll(), poll_ms)
  }
  function listen(): void {
    source = new EventSource('/api/captures/live')
    source.addEventListener('captures', (event) => {
      live.value = true
      take((JSON.parse((event as MessageEvent<string>).data) as { items: Capture[] }).items)
    })
    source.onerror = () => (live.value = false) // the browser tries again by itself; meanwhile we ask
  }
  void reload().then(() => {
    if (gone || error.value) return void poll()
    listen()
    void poll()
  })
  onBeforeUnmount(() => {
    gone = true
    clearTimeout(timer)
    source?.close()
  })
  return { items, error, live, history, reload }
}
