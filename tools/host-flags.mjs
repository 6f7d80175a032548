/**
 * How the control plane's process is tuned for memory, for every way it is started from this tree.
 * - A young generation of 4 MB instead of 16: what a request leaves behind dies young anyway.
 * - An old generation that grows by 60 % between collections instead of doubling and more.
 * - Two malloc arenas instead of eight a core (glibc): buffers come and go on several threads, and an arena gives little back.
 * Figures: docs/decisions/0010-performance.md.
 */
export const hostNodeFlags = ['--max-semi-space-size=4', '--heap-growing-percent=60']

/** @type {Record<string, string>} */
export const hostEnv = process.platform === 'linux' ? { MALLOC_ARENA_MAX: process.env.MALLOC_ARENA_MAX ?? '2' } : {}
