import { target } from '../../renderer/target.ts'

export const wrong = target
