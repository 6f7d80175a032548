import { target } from '../sqlite/target.ts'

export const wrong = target
