import type { FunctionDecl } from '../declarations.ts'
import type { CelType } from '../types.ts'
import { authorizer } from './authorizer.ts'
import { comprehensions } from './comprehensions.ts'
import { formats } from './formats.ts'
import { lists, sets } from './lists.ts'
import { CIDR, IP, network } from './network.ts'
import { optionals } from './optionals.ts'
import { quantities } from './quantity.ts'
import { regex } from './regex.ts'
import { semvers } from './semver.ts'
import { strings } from './strings.ts'
import { urls } from './url.ts'

/** The libraries of Kubernetes 1.37, in its order: that of signatures counts where several fit. */
export const LIBRARIES: readonly FunctionDecl[] = [
  ...urls,
  ...regex,
  ...authorizer,
  ...optionals,
  ...quantities,
  ...strings,
  ...sets,
  ...network,
  ...formats,
  ...comprehensions,
  ...semvers,
  ...lists,
] // prettier-ignore

/** Types of libraries that expressions can name. */
export const LIBRARY_TYPES: ReadonlyMap<string, CelType> = new Map([IP, CIDR].map((type) => [type.name, type]))
