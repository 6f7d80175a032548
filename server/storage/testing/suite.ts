import type { Storage } from '../contract.ts'

/** One store under test. All tests share it, each under keys of its own. */
export interface Subject {
  storage: Storage
  /** Closes the store and opens it again on the same data; `storage` is then the new one. */
  restart(): Promise<void>
  /** Lets `seconds` pass for keys with a lifetime: moves a fake clock, or does nothing where time is real. */
  pass(seconds: number): void
  dispose(): Promise<void>
}

export interface ConformanceOptions {
  /** Says why the suite cannot run here; it is then reported as skipped under this reason. */
  skip?: string
  /** Runs per property; a store behind a network needs fewer. */
  propertyRuns?: number
  /** Keys in the test of many keys. */
  manyKeys?: number
  /** Quirks of one implementation: the reason why a test does not hold for it. */
  quirks?: { watchFromCompactedTombstone?: string }
}

/** What the parts of the suite share. */
export interface Suite {
  options: ConformanceOptions
  subject(): Subject
  store(): Storage
  /** Keys of the running test start with this. */
  prefix: string
  /** A new prefix for the running test. */
  fresh(): string
}

export const bytes = (text: string) => Buffer.from(text)
