// What stands in the fields of a form as the values that the server reads: JSON numbers and booleans for
// those types, text for the rest, nothing for an empty field.
import type { ModelInput } from '../api'

export function typed_inputs(inputs: ModelInput[], fields: Record<string, string>): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const { name, type } of inputs) {
    const text = fields[name]?.trim() ?? ''
    if (text === '') continue
    if (type === 'number') out[name] = Number(text)
    else if (type === 'boolean') out[name] = text === 'true'
    else out[name] = text
  }
  return out
}

// The other way, for parameters that a policy already has.
export function fields_of(values: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([, v]) => v !== null && v !== undefined).map(([name, v]) => [name, typeof v === 'object' ? JSON.stringify(v) : String(v)]))
}
