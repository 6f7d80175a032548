import { readFileSync } from 'node:fs'

/**
 * How the control plane's process is tuned for memory, for every way it is started from this tree; Electron's main process reads the same file.
 * - A young generation of 4 MB instead of 16: what a request leaves behind dies young anyway. Nor does it shrink to one of 1 MB at rest, where
 *   every few Leases then bring about a collection on all threads: a tenth to a third of what rest costs.
 * - An old generation that grows by 60 % between collections instead of doubling and more.
 * - Two malloc arenas instead of eight a core (glibc): buffers come and go on several threads, and an arena gives little back.
 * - Buffers of a megabyte and more come from the system and go back to it: glibc would raise that limit with the first large one that is
 *   freed (mallopt(3)), and keep all later ones.
 * Figures: docs/decisions/0010-performance.md.
 */
const file = new URL('../electron/main/host-tuning.json', import.meta.url)
/** @type {{ nodeFlags: string[], malloc: Record<string, string> }} */
const tuning = JSON.parse(readFileSync(file, 'utf8'))

export const hostNodeFlags = tuning.nodeFlags

/** From so many simulated nodes on. */
const MANY_NODES = 500
/**
 * What hundreds of requests under way hold is not thrown away by the next collection of 4 MB: it is copied twice and ends in the old
 * generation. A thousand nodes are Ready with a third less of the processor's time, and 15 MB more.
 */
const MANY_NODES_FLAGS = ['--max-semi-space-size=16']

/**
 * Flags of Node for a control plane with these flags of its own.
 * @param {readonly string[]} flags
 */
export function nodeFlagsFor(flags) {
  const at = flags.findLastIndex((flag) => /^--?nodes(=|$)/.test(flag))
  const value = flags[at]?.split('=')[1] ?? (at < 0 ? '' : (flags[at + 1] ?? ''))
  return Number(value) >= MANY_NODES ? [...hostNodeFlags, ...MANY_NODES_FLAGS] : hostNodeFlags
}

/** What whoever starts this has set already stays. */
export const hostEnv =
  process.platform === 'linux'
    ? Object.fromEntries(Object.entries(tuning.malloc).map(([name, value]) => [name, process.env[name] ?? value]))
    : {}
