import type { FunctionDecl } from '../declarations.ts'
import { comprehensions } from './comprehensions.ts'
import { lists, sets } from './lists.ts'
import { optionals } from './optionals.ts'
import { regex } from './regex.ts'
import type { CelType } from '../types.ts'

export const LIBRARIES: readonly FunctionDecl[] = [...optionals, ...comprehensions, ...lists, ...sets, ...regex]

export const LIBRARY_TYPES: ReadonlyMap<string, CelType> = new Map()
