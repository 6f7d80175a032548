import { validateObjectMetaUpdate } from '../../../apis/meta/v1/validation.ts'
import { since } from '../../../machinery/duration.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import type { BuiltInKind } from '../../definition.ts'
import type { StrategyContext } from '../../generic/strategy.ts'
import { tokenSubresource, type TokenDependencies } from './token.ts'
import { columns } from '../../generic/table-columns.ts'

const ENFORCE = 'kubernetes.io/enforce-mountable-secrets'

/** Only the names of secrets are kept: the rest of a reference means nothing here. */
function cleanSecrets(obj: KubeObject): void {
  const secrets = obj.secrets as { name?: string }[] | undefined
  if (secrets) obj.secrets = secrets.map(({ name }) => (name === undefined ? {} : { name }))
}

function warn(obj: KubeObject, ctx: StrategyContext): void {
  if (obj.metadata.annotations?.[ENFORCE] === undefined) return
  ctx.warn(`metadata.annotations[${ENFORCE}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`)
}

export const serviceaccounts = (token: TokenDependencies): BuiltInKind => ({
  group: '',
  resource: 'serviceaccounts',
  strategy: {
    returnDeletedObject: true,
    prepareForCreate(obj, ctx) {
      cleanSecrets(obj)
      warn(obj, ctx)
    },
    prepareForUpdate(obj, old, ctx) {
      cleanSecrets(obj)
      if (old.metadata.annotations?.[ENFORCE] === undefined) warn(obj, ctx)
    },
    validateUpdate: (obj, old) => validateObjectMetaUpdate(obj.metadata, old.metadata, 'metadata'),
  },
  table: {
    columns: columns('Name|Age'),
    cells: (o, now) => [o.metadata.name ?? '', since(o.metadata.creationTimestamp, now)],
  },
  subresources: { token: tokenSubresource(token) },
})
