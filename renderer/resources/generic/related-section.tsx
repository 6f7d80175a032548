import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { KubeObject } from '../../kube/types.ts'
import { Section, Table } from '../../ui/facts.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { usePlace } from '../../ui/place.ts'
import { kinds } from '../kinds.ts'
import { ObjectLink } from './common.tsx'
import { relatedKinds, relatedTo } from './related.ts'
import { useLists } from './use-lists.ts'

/** Who leads to a workload's pods, scales them, keeps them and fences them, each with how it is. */
export function RelatedSection({ workload, labels }: { workload: KubeObject; labels: Record<string, string> }) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const namespace = workload.metadata.namespace ?? ''
  const data = useLists(context, namespace, relatedKinds)
  const related = useMemo(() => data && relatedTo(workload, labels, data.objects), [data, workload, labels])
  return (
    <Section title={t('related.title')}>
      {related === undefined ? (
        <p className="dim">{t('common.loading')}</p>
      ) : related.length === 0 ? (
        <p className="dim">{t('related.none')}</p>
      ) : (
        <Table
          head={[t('columns.kind'), t('columns.name'), t('columns.status')]}
          rows={related.map(({ key, kind, object }) => {
            const { name } = object.metadata
            const word = kinds[key]?.status(object)
            return {
              key: `${key}/${name}`,
              cells: [
                kind,
                <ObjectLink key="name" resource={key} namespace={namespace} name={name} middle />,
                word && (
                  <ToneWord key="word" tone={word.tone}>
                    {word.text}
                  </ToneWord>
                ),
              ],
            }
          })}
        />
      )}
      {data && data.unread.length > 0 && <p className="dim">{t('usedBy.unread', { kinds: data.unread.join(', ') })}</p>}
    </Section>
  )
}
