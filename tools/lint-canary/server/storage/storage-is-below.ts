import { target } from '../cache/target.ts'

export const wrong = target
