// The only place that names dmn-js: one modeler in a host element, in the reader's language, with what the
// page needs of it. Loaded when the editor opens, never before.
import 'dmn-js/dist/assets/dmn-js-shared.css'
import 'dmn-js/dist/assets/diagram-js.css'
import 'dmn-js/dist/assets/dmn-js-drd.css'
import 'dmn-js/dist/assets/dmn-js-decision-table.css'
import 'dmn-js/dist/assets/dmn-js-decision-table-controls.css'
import 'dmn-js/dist/assets/dmn-js-literal-expression.css'
import 'dmn-js/dist/assets/dmn-js-boxed-expression.css'
import 'dmn-js/dist/assets/dmn-js-boxed-expression-controls.css'
import 'dmn-js/dist/assets/dmn-font/css/dmn.css'
import './dmn.css'
import Modeler, { type Moddle, type View, type Viewer } from 'dmn-js/lib/Modeler'
import { locale } from '@base/i18n'
import type { Builtin } from '../api'
import { AddFact, type NewFact } from './add_fact'
import { completions_of } from './builtins'
import { is_known, translate_dmn } from './dmn_words'
import { watch_dom } from './dom_words'
import { prepare } from './prepare'

export type { View }

declare global {
  interface Window {
    citybrain_untranslated?: string[] // what dmn-js asked for that has no Chinese; read by the browser test
  }
}

export interface Tab {
  id: string
  name: string
  type: View['type']
}

export interface EditorHandle {
  open: (xml: string) => Promise<void>
  xml: () => Promise<string>
  show: (id: string) => Promise<void>
  focus: (id: string) => boolean
  add_fact: (fact: NewFact) => boolean
  undo: () => void
  redo: () => void
  row_ids: (decision: string) => string[]
  destroy: () => void
}

export interface Listeners {
  tabs: (tabs: Tab[], active: string) => void
  changed: () => void
  history: (undo: boolean, redo: boolean) => void
}

// FEEL's names of types, in the order in which an official needs them.
const data_types = ['string', 'number', 'boolean', 'date', 'dateTime', 'time', 'dayTimeDuration', 'yearMonthDuration', 'Any']

function translator(english: boolean) {
  return {
    translate: [
      'value',
      (template: string, values?: Record<string, string>) => {
        if (!english && template && !is_known(template)) (window.citybrain_untranslated ??= []).push(template)
        return translate_dmn(template ?? '', values, english)
      },
    ],
  }
}

export function create_editor(host: HTMLElement, builtins: Builtin[], listeners: Listeners): EditorHandle {
  const english = locale.value === 'en'
  const modules = { additionalModules: [translator(english)] }
  const with_facts = { additionalModules: [translator(english), { __init__: ['addFact'], addFact: ['type', AddFact] }] }
  const modeler = new Modeler({
    container: host,
    common: { dataTypes: data_types, feelLanguageContext: { builtins: completions_of(builtins, english) } },
    drd: modules,
    decisionTable: with_facts,
    literalExpression: with_facts,
    boxedExpression: modules,
  })
  const stop_watching = watch_dom(host, () => english)

  const tell_history = (viewer: Viewer | undefined) => {
    const stack = viewer?.get('commandStack', false)
    listeners.history(stack?.canUndo() ?? false, stack?.canRedo() ?? false)
  }
  modeler.on('viewer.created', ({ viewer }: { viewer: Viewer }) => {
    viewer.on('commandStack.changed', ({ trigger }: { trigger?: string }) => {
      tell_history(viewer)
      if (trigger !== 'clear') listeners.changed()
    })
  })
  modeler.on('views.changed', ({ views, activeView }: { views: View[]; activeView?: View }) => {
    listeners.tabs(views.map((v) => ({ id: v.id, name: v.name ?? v.id, type: v.type })), activeView?.id ?? '')
    tell_history(modeler.getActiveViewer())
  })

  const decisions = (): Moddle[] => (modeler.getDefinitions()?.get('drgElement') ?? []).filter((e: Moddle) => e.$type === 'dmn:Decision')
  const step = (way: 'undo' | 'redo') => modeler.getActiveViewer()?.get('commandStack', false)?.[way]()

  return {
    async open(xml) {
      await modeler.importXML(prepare(xml), { open: false })
      const views = modeler.getViews()
      const first = views.find((v) => v.type === 'decisionTable') ?? views.find((v) => v.type !== 'drd') ?? views[0]
      if (first) await modeler.open(first)
    },
    async xml() {
      return (await modeler.saveXML({ format: true })).xml
    },
    async show(id) {
      if (modeler.getActiveView()?.id === id) return
      const wanted = () => modeler.getViews().find((v) => v.id === id)
      // Facts added in a table have no place in the diagram yet: it is completed before it is shown.
      if (wanted()?.type === 'drd') await modeler.importXML(prepare((await modeler.saveXML()).xml), { open: false })
      const view = wanted()
      if (view) await modeler.open(view)
      if (view?.type === 'drd') modeler.getActiveViewer()?.get('canvas').zoom('fit-viewport', 'auto')
    },
    focus(id) {
      const cell = host.querySelector<HTMLElement>(`[data-element-id="${CSS.escape(id)}"]`)
      if (!cell) return false
      cell.scrollIntoView({ block: 'nearest', inline: 'nearest' })
      const field = cell.querySelector<HTMLElement>('[contenteditable], .content-editable') ?? cell
      field.focus()
      return true
    },
    add_fact(fact) {
      const view = modeler.getActiveView()
      if (!view || (view.type !== 'decisionTable' && view.type !== 'literalExpression')) return false
      modeler.getActiveViewer()?.get('addFact').add(view.element, fact)
      requestAnimationFrame(() => {
        const columns = host.querySelectorAll('th.input-cell')
        columns[columns.length - 1]?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
      })
      return true
    },
    undo: () => step('undo'),
    redo: () => step('redo'),
    row_ids: (name) => {
      const table = decisions().find((d) => d.id === name || d.name === name)?.get('decisionLogic') as Moddle | undefined
      return table?.$type === 'dmn:DecisionTable' ? (table.get('rule') as Moddle[]).map((r) => r.id) : []
    },
    destroy() {
      stop_watching()
      modeler.destroy()
    },
  }
}
