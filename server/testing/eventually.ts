import { vi } from 'vitest'

/** Longest wait for what must come; far above what it takes, so that a machine that gives a tenth of a core decides nothing. */
const PATIENCE_MS = 30_000

/** Looks until `look` no longer throws, and resolves to what it returns; rejects with its last error. A number of turns is no limit: I/O takes what it takes. */
export const eventually = <T>(look: () => T | Promise<T>): Promise<T> => vi.waitFor(look, { timeout: PATIENCE_MS, interval: 5 })
