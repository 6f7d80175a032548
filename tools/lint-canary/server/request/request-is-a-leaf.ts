import { target } from '../admission/target.ts'

export const wrong = target
