// Verifies an RFC 6962 inclusion proof with WebCrypto (§2.1.1; the walk is RFC 9162 §2.1.3.2): the leaf's hash,
// its index and the tree's size give the root, or the proof is wrong.
export interface InclusionProof {
  leaf_hash: string
  index: number
  size: number
  path: string[]
  root: string
}

const node_prefix = 0x01

export function from_hex(text: string): Uint8Array<ArrayBuffer> {
  if (!/^([0-9a-f]{2})*$/i.test(text)) throw new Error(`not hexadecimal: '${text}'`)
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(text.slice(2 * i, 2 * i + 2), 16)
  return bytes
}

export function to_hex(bytes: Uint8Array): string {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
}

async function node_hash(left: Uint8Array, right: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const input = new Uint8Array(1 + left.length + right.length)
  input[0] = node_prefix
  input.set(left, 1)
  input.set(right, 1 + left.length)
  return new Uint8Array(await crypto.subtle.digest('SHA-256', input))
}

// The root the proof leads to, in hex, or null where the path's length does not fit index and size.
export async function root_of(proof: InclusionProof): Promise<string | null> {
  if (proof.index < 0 || proof.index >= proof.size) return null
  let fn = BigInt(proof.index)
  let sn = BigInt(proof.size - 1)
  let hash = from_hex(proof.leaf_hash)
  for (const step of proof.path) {
    if (sn === 0n) return null
    const sibling = from_hex(step)
    if ((fn & 1n) === 1n || fn === sn) {
      hash = await node_hash(sibling, hash)
      while ((fn & 1n) === 0n && fn !== 0n) {
        fn >>= 1n
        sn >>= 1n
      }
    } else {
      hash = await node_hash(hash, sibling)
    }
    fn >>= 1n
    sn >>= 1n
  }
  return sn === 0n ? to_hex(hash) : null
}
