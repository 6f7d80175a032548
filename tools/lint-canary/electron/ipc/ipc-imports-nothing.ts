import { target } from '../../server/machinery/target.ts'

export const wrong = target
