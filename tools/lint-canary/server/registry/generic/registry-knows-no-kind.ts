import { target } from '../core/target.ts'

export const wrong = target
