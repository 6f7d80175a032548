import { target } from '../resources/target.ts'

export const wrong = target
