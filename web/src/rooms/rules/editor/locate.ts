// Which element of a model's text a place in it belongs to: diagnostics come with line and column, the editor
// finds cells by id.

// Position (in UTF-16 units) of a line and a column, both from 1, the column in code points.
function offset_of(text: string, line: number, column: number): number {
  let at = 0
  for (let n = 1; n < line; n++) {
    const next = text.indexOf('\n', at)
    if (next < 0) return text.length
    at = next + 1
  }
  let left = column - 1
  for (const c of text.slice(at)) {
    if (left-- <= 0 || c === '\n') break
    at += c.length
  }
  return at
}

// Ids of the elements open at that place, the innermost first.
export function ids_at(xml: string, line: number, column: number): string[] {
  const until = offset_of(xml, line, column)
  const open: string[] = []
  const tag = /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<(\/?)([^\s/>]+)((?:[^>"']|"[^"]*"|'[^']*')*?)(\/?)>/g
  for (let m = tag.exec(xml); m && m.index < until; m = tag.exec(xml)) {
    if (m[2] === undefined) continue
    if (m[1] === '/') open.pop()
    else if (m[4] !== '/' || tag.lastIndex > until) open.push(/\sid\s*=\s*["']([^"']*)["']/.exec(m[3] ?? '')?.[1] ?? '')
  }
  return open.reverse().filter((id) => id !== '')
}
