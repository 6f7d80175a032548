import { target } from '../storage/sqlite/target.ts'

export const wrong = target
