import { target } from '../../server/gateway/target.ts'

export const wrong = target
