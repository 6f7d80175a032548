import { target } from '../codec/target.ts'

export const wrong = target
