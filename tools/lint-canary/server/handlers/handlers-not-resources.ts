import { target } from '../registry/core/target.ts'

export const wrong = target
