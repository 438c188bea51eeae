// The board kept fresh over SSE: a snapshot first, then figures and events. Knows whether it is connected,
// when it last heard anything, and holds news back while paused.
import { computed, onBeforeUnmount, onMounted, reactive, ref } from 'vue'
import { error_words } from '@base/api'
import { board, type Board, type Figure, type LiveItem } from './api'

const stale_ms = 30_000
const live_max = 40
const retry_ms = 5_000

export type Link = 'connecting' | 'live' | 'stale' | 'disconnected' | 'paused'

export function use_board() {
  const state = reactive({ board: null as Board | null, error: '', connected: false, tried: false, paused: false, heard: Date.now(), tick: Date.now() })
  const held = ref<LiveItem[]>([])
  const pulse = ref<{ division: string; turn: number }>({ division: '', turn: 0 })
  let source: EventSource | undefined
  let ticker = 0
  let retry = 0

  function heard(): void {
    state.heard = Date.now()
  }
  function show(items: LiveItem[]): void {
    if (!state.board || items.length === 0) return
    state.board.live = [...items, ...(state.board.live ?? [])].slice(0, live_max)
    const at = items[0]?.division
    if (at) pulse.value = { division: at, turn: pulse.value.turn + 1 }
  }
  function take_snapshot(data: Board): void {
    state.board = { ...data, live: (data.live ?? []).slice(0, live_max) }
    state.error = ''
  }
  function take_figures(news: { indicators?: Figure[]; divisions?: Board['divisions'] } | Figure[]): void {
    if (!state.board) return
    const figures = Array.isArray(news) ? news : (news.indicators ?? [])
    const by_code = new Map(figures.map((f) => [f.code, f]))
    state.board.indicators = state.board.indicators.map((old) => ({ ...old, ...by_code.get(old.code) }))
    if (!Array.isArray(news) && news.divisions) state.board.divisions = news.divisions
  }
  function on<T>(name: string, take: (data: T) => void): void {
    source!.addEventListener(name, (message) => {
      heard()
      try {
        take(JSON.parse((message as MessageEvent<string>).data) as T)
      } catch (cause) {
        console.warn(`board: '${name}' could not be read`, cause)
      }
    })
  }
  function connect(): void {
    source?.close()
    source = new EventSource('/api/board/stream')
    source.onopen = () => {
      state.connected = true
      state.tried = true
      heard()
    }
    source.onerror = () => {
      state.connected = false
      state.tried = true
      // The browser reconnects by itself unless the server refused; then we ask again later.
      if (source?.readyState === EventSource.CLOSED) {
        window.clearTimeout(retry)
        retry = window.setTimeout(connect, retry_ms)
      }
    }
    on<Board>('snapshot', (data) => {
      if (!state.paused || !state.board) take_snapshot(data)
    })
    on<{ indicators?: Figure[] } | Figure[]>('kpi', (data) => {
      if (!state.paused) take_figures(data)
    })
    on<LiveItem | LiveItem[]>('event', (data) => {
      const items = Array.isArray(data) ? data : [data]
      if (state.paused) held.value = [...items, ...held.value].slice(0, live_max)
      else show(items)
    })
  }
  async function load(): Promise<void> {
    state.error = ''
    try {
      take_snapshot(await board())
      heard()
    } catch (cause) {
      state.error = error_words(cause)
      return
    }
    connect()
  }
  function toggle_pause(): void {
    state.paused = !state.paused
    if (state.paused) return
    show(held.value)
    held.value = []
    void board().then(take_snapshot, (cause: unknown) => (state.error = error_words(cause)))
  }
  onMounted(() => {
    ticker = window.setInterval(() => (state.tick = Date.now()), 1000)
  })
  onBeforeUnmount(() => {
    source?.close()
    window.clearInterval(ticker)
    window.clearTimeout(retry)
  })
  const quiet_seconds = computed(() => Math.max(0, Math.round((state.tick - state.heard) / 1000)))
  const link = computed<Link>(() => {
    if (state.paused) return 'paused'
    if (!state.connected) return state.tried ? 'disconnected' : 'connecting'
    return state.tick - state.heard > stale_ms ? 'stale' : 'live'
  })
  return { state, held, pulse, link, quiet_seconds, load, toggle_pause }
}
