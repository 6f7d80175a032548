/**
 * How the control plane's process is tuned for memory, for every way it is started from this tree.
 * - A young generation of 4 MB instead of 16: what a request leaves behind dies young anyway.
 * - An old generation that grows by 60 % between collections instead of doubling and more.
 * - Two malloc arenas instead of eight a core (glibc): buffers come and go on several threads, and an arena gives little back.
 * - Buffers of a megabyte and more come from the system and go back to it: glibc would raise that limit with the first large one that is
 *   freed (mallopt(3)), and keep all later ones.
 * Figures: docs/decisions/0010-performance.md.
 */
export const hostNodeFlags = ['--max-semi-space-size=4', '--heap-growing-percent=60']

/** @type {Record<string, string>} */
const MALLOC = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: String(1 << 20), MALLOC_TRIM_THRESHOLD_: String(1 << 20) }

/** What whoever starts this has set already stays. */
export const hostEnv =
  process.platform === 'linux' ? Object.fromEntries(Object.entries(MALLOC).map(([name, value]) => [name, process.env[name] ?? value])) : {}
