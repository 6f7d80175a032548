import { target } from '../extensions/target.ts'

export const wrong = target
