// What the rules' routes answer with (contract: /api/models).
export interface Model {
  id: string
  name: string
  version: number
  state: 'draft' | 'submitted' | 'published'
  effective_from: string | null
  effective_to: string | null
  author: string
  publisher: string | null
  hash: string
}

export interface ModelDetail extends Model {
  xml: string
  inputs: { name: string; type: string }[]
  decisions: (string | { name: string; type?: string })[]
  diagnostics: (string | { message: string; line?: number })[]
}

// The brain's explanation of one evaluation; its inner shape is the brain's own and shown as it comes.
export interface Trial {
  [name: string]: unknown
}
