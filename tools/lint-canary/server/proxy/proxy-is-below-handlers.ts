import { target } from '../handlers/target.ts'

export const wrong = target
