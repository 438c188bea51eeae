// State of one editing: the model's text, what the server says of it as it is typed, the draft kept in this
// browser, and saving. The page and its panels read this; dmn-js is told through `handle`.
import { computed, onBeforeUnmount, reactive, ref, shallowRef, watch } from 'vue'
import { error_words } from '@base/api'
import { now } from '@base/time'
import { draft as save_draft, facts, model, models, submit as hand_in, validate, versions, type Fact, type Model, type SubjectType, type Validation } from '../api'
import { blank_model } from './blank'
import { forget_draft, keep_draft, read_draft, type LocalDraft } from './drafts'
import type { EditorHandle, Tab } from './modeler'

const check_after_ms = 350 // after the last key
const days_from = (at: Date) => new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 10)

export function use_editor() {
  const state = reactive({
    id: '', // '' until a new model is named
    name: '',
    base: null as Model | null, // the version opened or last saved
    subject_type: 'enterprise' as SubjectType,
    xml: '',
    saved_xml: '',
    kept_at: '', // when the local draft was written
    effective_from: days_from(now()),
    effective_to: '',
    loading: false,
    error: '',
    tabs: [] as Tab[],
    active: '',
    can_undo: false,
    can_redo: false,
  })
  const check = shallowRef<Validation | null>(null)
  const check_error = ref('')
  const checking = ref(false)
  const known_facts = shallowRef<Fact[]>([])
  const facts_error = ref('')
  const all_versions = shallowRef<Model[]>([])
  const local = shallowRef<LocalDraft | null>(null)
  const handle = shallowRef<EditorHandle | null>(null)
  const dirty = computed(() => state.id !== '' && state.xml !== state.saved_xml)

  let timer = 0
  let turn = 0
  async function check_now(): Promise<void> {
    const mine = ++turn
    if (!state.xml) return
    checking.value = true
    try {
      const answer = await validate(state.xml, state.subject_type)
      if (mine !== turn) return
      check.value = answer
      check_error.value = ''
    } catch (cause) {
      if (mine === turn) check_error.value = error_words(cause)
    } finally {
      if (mine === turn) checking.value = false
    }
  }
  // The text changed, in a table or as text: checked and kept once typing pauses.
  function changed(xml: string): void {
    state.xml = xml
    clearTimeout(timer)
    timer = window.setTimeout(() => {
      void check_now()
      if (!dirty.value) return
      const at = now().toISOString()
      if (keep_draft({ id: state.id, name: state.name, base: state.base?.version ?? 0, xml, at })) state.kept_at = at
    }, check_after_ms)
  }
  onBeforeUnmount(() => {
    clearTimeout(timer)
    turn++
    handle.value?.destroy()
  })

  async function load_facts(): Promise<void> {
    try {
      known_facts.value = (await facts(state.subject_type)).items
      facts_error.value = ''
    } catch (cause) {
      facts_error.value = error_words(cause)
    }
  }
  watch(() => state.subject_type, () => {
    void load_facts()
    void check_now()
  })

  async function load_versions(): Promise<void> {
    try {
      // A new model's identifier may be taken already: then its versions are shown as its own.
      all_versions.value = state.base ? (await versions(state.id)).items : (await models()).items.filter((m) => m.id === state.id)
    } catch {
      all_versions.value = state.base ? [state.base] : []
    }
  }

  // Whom a stored model speaks of: the type whose facts it reads more of.
  async function guess_subject(inputs: { name: string }[]): Promise<void> {
    const [firms, persons] = await Promise.all([facts('enterprise'), facts('person')])
    const hits = (all: Fact[]) => inputs.filter((i) => all.some((f) => f.name === i.name)).length
    const person = hits(persons.items) > hits(firms.items)
    known_facts.value = (person ? persons : firms).items
    state.subject_type = person ? 'person' : 'enterprise'
  }

  function start(id: string, name: string, base: Model | null, xml: string): void {
    Object.assign(state, { id, name, base, xml, saved_xml: base ? xml : '', kept_at: '' })
    if (base?.effective_from && base.state === 'draft') state.effective_from = base.effective_from
    state.effective_to = (base?.state === 'draft' && base.effective_to) || ''
    const kept = read_draft(id)
    local.value = kept && kept.xml !== xml ? kept : null
    void check_now()
    void load_versions()
  }
  function start_new(id: string, name: string, subject_type: SubjectType): void {
    state.subject_type = subject_type
    if (known_facts.value.length === 0) void load_facts()
    start(id, name, null, blank_model(id, name))
  }
  async function open(id: string, version: string): Promise<void> {
    state.loading = true
    state.error = ''
    try {
      const found = await model(id, version)
      await guess_subject(found.inputs).catch((cause) => (facts_error.value = error_words(cause)))
      start(found.id, found.name || found.id, found, found.xml)
    } catch (cause) {
      state.error = error_words(cause)
    } finally {
      state.loading = false
    }
  }

  // Stores the text as a new draft version; the one opened stays as it is.
  async function save(): Promise<Model> {
    if (handle.value) state.xml = await handle.value.xml()
    const xml = state.xml
    const until = state.effective_to ? { effective_to: state.effective_to } : {}
    const made = await save_draft({ id: state.id, xml, effective_from: state.effective_from, ...until })
    state.base = made
    state.saved_xml = xml
    forget_draft(state.id)
    state.kept_at = ''
    void load_versions()
    return made
  }
  async function submit(): Promise<Model> {
    const draft = dirty.value || state.base?.state !== 'draft' ? await save() : state.base
    state.base = await hand_in(state.id, draft.version)
    void load_versions()
    return state.base
  }
  function drop_local(): void {
    forget_draft(state.id)
    local.value = null
  }

  return { state, check, check_error, checking, known_facts, facts_error, all_versions, local, handle, dirty, changed, check_now, load_facts, start_new, open, save, submit, drop_local }
}

export type Editing = ReturnType<typeof use_editor>
