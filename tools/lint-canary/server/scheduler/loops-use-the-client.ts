import { target } from '../storage/target.ts'

export const wrong = target
