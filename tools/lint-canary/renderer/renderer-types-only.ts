import { target } from '../electron/ipc/target.ts'

export const wrong = target
