import { target } from '../etcd3/target.ts'

export const wrong = target
