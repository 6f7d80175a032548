/**
 * What crosses between the event loop and the database worker. Messages are per batch, never per request: requests are
 * a flat array, values lie end to end in one transferred buffer, and results are a transferred Float64Array in order.
 */

export const CREATE = 0 as const
export const UPDATE = 1 as const
export const DELETE = 2 as const
export type WriteKind = typeof CREATE | typeof UPDATE | typeof DELETE

/** Fields per write in `WriteBatch.writes`. */
export const WRITE_FIELDS = 5
/** kind, key, expected revision, expiry in epoch ms (0: never), length of the value in bytes. */
export type WriteField = number | string

export interface WriteBatch {
  type: 'writes'
  writes: WriteField[]
  /** The values of the creates and updates, in order, end to end. */
  values: Uint8Array<ArrayBuffer>
}

export type ToWorker =
  | WriteBatch
  | { type: 'expire'; now: number }
  | { type: 'compact'; revision: number }
  | { type: 'size' }
  | { type: 'close' }

/** Numbers per write in `Committed.results`: the revision taken (0: refused) and the key's create revision. */
export const RESULT_FIELDS = 2

export interface Row {
  key: string
  revision: number
  createRevision: number
  value: Uint8Array
}

export type FromWorker =
  | { type: 'opened'; revision: number; compacted: number; nextExpiry: number; version: string }
  | { type: 'refusedToOpen'; message: string }
  | { type: 'committed'; results: Float64Array<ArrayBuffer>; refused: { index: number; current: Row | undefined }[] }
  | { type: 'failed'; count: number; message: string }
  | { type: 'expired'; deletes: { key: string; revision: number }[]; nextExpiry: number }
  | { type: 'compacted'; message?: string }
  | { type: 'size'; bytes: number }
  /** The database cannot be trusted with another write. */
  | { type: 'broken'; message: string }
