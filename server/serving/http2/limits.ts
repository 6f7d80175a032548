import { requestLimits } from '../limits.ts'

export interface Http2Limits {
  /** SETTINGS_MAX_CONCURRENT_STREAMS. */
  maxConcurrentStreams: number
  /** SETTINGS_MAX_HEADER_LIST_SIZE in bytes; the reference's 1 MiB and what it adds. */
  maxHeaderListSize: number
  /** The same before somebody has logged in on the connection: of the list, and of the block on the wire. Not announced. */
  anonymousHeaderListSize: number
  /** CONTINUATION frames of one block that are not full: who sends more wants to make us count (CVE-2024-27316). */
  maxShortContinuations: number
  /** Bytes of `:path`; longer ones get 414. */
  maxTarget: number
  /** What one upload may send ahead of its reader; the reference's value. */
  streamWindow: number
  /** What all uploads of a connection may send ahead. */
  connectionWindow: number
  /** Control frames that wait for a peer that does not read. */
  maxControlBytes: number
  /** Requests cancelled before their answer began, by the client or by what it did to them: so many at once, and so many a second (CVE-2023-44487, CVE-2025-8671). */
  resetBurst: number
  resetsPerSecond: number
  /** Frames that cost us work and bring nothing: PING, SETTINGS, PRIORITY, empty DATA and CONTINUATION. */
  idleFrameBurst: number
  idleFramesPerSecond: number
}

export const defaultLimits: Http2Limits = {
  maxConcurrentStreams: 250,
  maxHeaderListSize: 1_048_896,
  anonymousHeaderListSize: requestLimits.anonymousHeaders,
  maxShortContinuations: 32,
  maxTarget: requestLimits.target,
  streamWindow: 262_144,
  connectionWindow: 16_777_216,
  maxControlBytes: 65_536,
  resetBurst: 1000,
  resetsPerSecond: 100,
  idleFrameBurst: 10_000,
  idleFramesPerSecond: 1000,
}
