import { scheme } from '../../scheme/index.ts'
import { schemaOfType } from '../../scheme/schema.ts'
import type { BodyKind } from '../body.ts'

/** What a body of a built-in kind must be. */
export const builtIn = (group: string, version: string, kind: string): BodyKind => ({
  ...{ group, version, kind },
  schema: schemaOfType(scheme.typeOf(group, version, kind)!),
})
