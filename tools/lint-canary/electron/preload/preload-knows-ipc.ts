import { target } from '../main/target.ts'

export const wrong = target
