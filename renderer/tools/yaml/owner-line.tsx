import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { FieldOwners, pathText } from '../../kube/managed-fields.ts'
import type { KubeObject } from '../../kube/types.ts'
import { Age } from '../../ui/age.tsx'
import { type Reading, usePath } from './use-yaml.ts'

/** Which field the cursor stands in, and who has set it: what metadata.managedFields says, where one reads. */
export function OwnerLine({ object, read, offset }: { object: KubeObject; read: Reading; offset: number }) {
  const { t } = useTranslation()
  const owners = useMemo(() => new FieldOwners(object), [object])
  const path = usePath(read, offset)
  const found = owners.around(path)
  return (
    <p className="owner-line" role="status">
      <span className="mono">{path.length > 0 ? pathText(path) : t('yaml.noField')}</span>
      {path.length > 0 && !found && <span className="dim">{t('yaml.noOwner')}</span>}
      {found?.owners.map(({ manager, operation, subresource, time }) => (
        <span key={`${manager} ${operation} ${subresource}`} className="dim">
          {t('yaml.owner', { manager, how: subresource ? `${operation} ${subresource}` : operation })}{' '}
          {time && <Age at={Date.parse(time)} />}
        </span>
      ))}
    </p>
  )
}
