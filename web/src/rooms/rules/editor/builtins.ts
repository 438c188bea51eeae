// FEEL's built-in functions for completion while typing: names and parameters from the brain's one table, with
// a sentence and an example in the reader's language.
import type { Builtin } from '../api'

interface Completion {
  name: string
  type: 'function'
  params: { name: string }[]
  info: () => HTMLElement
}

// "substring(string: string, start position: number)" → its parameters' names.
export function parameters_of(signature: string): { name: string }[] {
  const inside = /\((.*)\)/s.exec(signature)?.[1] ?? ''
  return inside
    .split(',')
    .map((part) => part.split(':')[0]!.trim())
    .filter((name) => name !== '')
    .map((name) => ({ name }))
}

function info_of(builtin: Builtin, english: boolean): HTMLElement {
  const box = document.createElement('div')
  const line = (tag: string, text: string) => {
    if (!text) return
    const element = document.createElement(tag)
    element.textContent = text
    box.append(element)
  }
  line('p', english ? builtin.summary : builtin.summary_zh || builtin.summary)
  for (const signature of builtin.signatures) line('code', signature)
  if (builtin.example) line('pre', builtin.result ? `${builtin.example} = ${builtin.result}` : builtin.example)
  return box
}

export function completions_of(builtins: Builtin[], english: boolean): Completion[] {
  return builtins.map((b) => ({ name: b.name, type: 'function', params: parameters_of(b.signatures[0] ?? ''), info: () => info_of(b, english) }))
}
