import { target } from '../app/target.ts'

export const wrong = target
