import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { isInert, quietTone } from '../../kube/control-loops.ts'
import type { KubeObject, StatusWord } from '../../kube/types.ts'
import { useMissing } from '../../queries/control-loops.ts'
import { useResource } from '../../queries/discovery.ts'
import { useSummary } from '../../queries/hub.ts'
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
            return {
              key: `${key}/${name}`,
              cells: [
                kind,
                <ObjectLink key="name" resource={key} namespace={namespace} name={name} middle />,
                <RelatedWord key="word" of={key} object={object} />,
              ],
            }
          })}
        />
      )}
      {data && data.unread.length > 0 && <p className="dim">{t('usedBy.unread', { kinds: data.unread.join(', ') })}</p>}
    </Section>
  )
}

/** How it is: by itself, or where another collection says it (who answers for a Service), by a feed of that one object, as in its list. */
function RelatedWord({ of, object }: { of: string; object: KubeObject }) {
  const { context } = usePlace()
  const resource = useResource(context, of)
  const { name, namespace } = object.metadata
  const own = kinds[of]?.status(object)
  const asked = kinds[of]?.beside !== undefined
  const source = useMemo(
    () => (asked && resource ? { context, resource, namespace, fieldSelector: `metadata.name=${name}` } : undefined),
    [asked, context, resource, namespace, name],
  )
  const told = useSummary<StatusWord | undefined>(source, 'word')
  const missing = useMissing(context, of)
  const word = told?.value ?? own
  if (!word) return null
  return <ToneWord tone={isInert(of, missing) ? quietTone(word.tone) : word.tone}>{word.text}</ToneWord>
}
