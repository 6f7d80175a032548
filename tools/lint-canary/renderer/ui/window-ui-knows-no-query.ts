import { target } from '../queries/target.ts'

export const wrong = target
