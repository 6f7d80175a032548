import { target } from '../electron/preload/target.ts'

export const wrong = target
