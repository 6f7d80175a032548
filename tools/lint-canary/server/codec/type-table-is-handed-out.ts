import { target } from '../scheme/facts.ts'

export const wrong = target
