import type { target } from '../electron/ipc/target.ts'

export type Right = typeof target
