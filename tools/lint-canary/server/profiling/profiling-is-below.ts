import { target } from '../registry/target.ts'

export const wrong = target
