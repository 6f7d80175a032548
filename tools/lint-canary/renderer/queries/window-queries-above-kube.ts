import { target } from '../ui/target.ts'

export const wrong = target
