import { target } from '../registry/generic/target.ts'

export const wrong = target
