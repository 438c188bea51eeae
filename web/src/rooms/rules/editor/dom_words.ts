// Mends in the page what dmn-js draws without its translator and what keeps a screen reader from its fields:
// words it forgot, buttons and editors without a name, tables without a role. It only adds names; nothing that
// dmn-js draws is taken away, least of all its mark.
import { dmn_words_zh, untranslated_by_library } from './dmn_words'

const attributes = ['title', 'aria-label', 'placeholder']
const authors_own = '[contenteditable], .cm-editor, td[data-element-id], svg' // text of the model is never touched

function exchange_text(node: Node, english: boolean): void {
  const text = node.nodeValue ?? ''
  if (english || !untranslated_by_library.includes(text) || node.parentElement?.closest(authors_own)) return
  node.nodeValue = dmn_words_zh[text] ?? text
}

function exchange_attributes(element: Element, english: boolean): void {
  if (english) return
  for (const name of attributes) {
    const value = element.getAttribute(name)
    if (value && untranslated_by_library.includes(value)) element.setAttribute(name, dmn_words_zh[value] ?? value)
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
