import type { target } from '../registry/target.ts'

export type Wrong = typeof target
