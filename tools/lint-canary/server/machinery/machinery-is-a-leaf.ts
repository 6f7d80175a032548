import { target } from '../scheme/target.ts'

export const wrong = target
