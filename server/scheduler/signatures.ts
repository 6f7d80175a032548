import type { Plugin } from './framework.ts'
import type { Signature } from './node-verdict.ts'
import type { PodInfo } from './pod-info.ts'

const MAX_SIGNATURES = 256

/** Signatures of a profile's pods: thousands of pods of one workload have one (KEP-5598, opportunistic batching). */
export class Signatures {
  readonly #signers: readonly Plugin[]
  readonly #known = new Map<string, Signature>()

  /** @param plugins those that filter or score */
  constructor(plugins: Iterable<Plugin>) {
    this.#signers = [...new Set(plugins)].filter((plugin) => plugin.sign !== undefined)
  }

  of(pod: PodInfo): Signature {
    const parts = this.#signers.map((plugin) => plugin.sign!(pod) ?? null)
    const text = JSON.stringify(parts)
    let signature = this.#known.get(text)
    if (signature === undefined) {
      signature = { plugins: new Set(this.#signers.filter((_, i) => parts[i] !== null)) }
      // Verdicts of forgotten ones are of no use to anybody and go with the next change of their node.
      if (this.#known.size >= MAX_SIGNATURES) this.#known.clear()
      this.#known.set(text, signature)
    }
    return signature
  }
}
