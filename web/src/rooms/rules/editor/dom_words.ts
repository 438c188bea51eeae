// Mends in the page what dmn-js draws without its translator and what keeps a screen reader from its fields:
// words it forgot, buttons and editors without a name, tables without a role. It only adds names; nothing that
// dmn-js draws is taken away, least of all its mark.
import { composed_by_library, dmn_words_zh, untranslated_by_library } from './dmn_words'

const chinese = new Map([...untranslated_by_library.map((word) => [word, dmn_words_zh[word] ?? word] as const), ...Object.entries(composed_by_library)])
const attributes = ['title', 'aria-label', 'placeholder']
const authors_own = '[contenteditable], .cm-editor, td[data-element-id], svg' // text of the model is never touched

function exchange_text(node: Node, english: boolean): void {
  const text = node.nodeValue ?? ''
  const word = chinese.get(text)
  if (english || word === undefined || node.parentElement?.closest(authors_own)) return
  node.nodeValue = word
}

function exchange_attributes(element: Element, english: boolean): void {
  if (english) return
  for (const name of attributes) {
    const word = chinese.get(element.getAttribute(name) ?? '')
    if (word !== undefined) element.setAttribute(name, word)
  }
}

// A control that shows only an icon is called by its title; a field by the label beside it.
function give_name(element: Element): void {
  if (element.hasAttribute('aria-label') || element.hasAttribute('aria-labelledby')) return
  const own = element.getAttribute('title')
  const beside = element.closest('.dms-form-control, .type-ref-edit, .hit-policy')?.querySelector('label, .dms-label, .dms-heading')?.textContent
  const section = element.closest('.context-menu-container')?.querySelector('h3, h4, .dms-heading')?.textContent
  const name = own ?? beside ?? section
  if (name?.trim()) element.setAttribute('aria-label', name.trim())
}

const controls = 'button, input, select, textarea, [contenteditable=true], .cm-content, .dms-input-select'

function mend(root: ParentNode, english: boolean): void {
  for (const element of root.querySelectorAll('*')) {
    exchange_attributes(element, english)
    for (const child of element.childNodes) if (child.nodeType === Node.TEXT_NODE) exchange_text(child, english)
  }
  for (const element of root.querySelectorAll(controls)) give_name(element)
}

export function watch_dom(host: HTMLElement, english: () => boolean): () => void {
  const observer = new MutationObserver(() => {
    observer.disconnect()
    mend(host, english())
    observer.observe(host, options)
  })
  const options = { childList: true, subtree: true, characterData: true }
  mend(host, english())
  observer.observe(host, options)
  return () => observer.disconnect()
}
