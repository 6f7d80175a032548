import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { clusterPath, requestJson } from '../../kube/fetch.ts'
import { can, resourcePath } from '../../kube/resource.ts'
import type { KubeList, KubeObject } from '../../kube/types.ts'
import { useResource } from '../../queries/discovery.ts'
import { ToneMark } from '../../ui/icon.tsx'
import { type AutoscalerMeta, setBackBy } from './set-back.ts'

/** So many lines are read; more are told as a number. */
const listed = 6

/** Who will set the number of replicas to another one, each as a sentence: nobody should learn it from the pods. */
export function SetBackNotes({ context, objects, wish }: { context: string; objects: readonly KubeObject[]; wish: number }) {
  const { t } = useTranslation()
  const { data, error } = useAutoscalers(context, [...new Set(objects.map(({ metadata }) => metadata.namespace ?? ''))])
  const found = objects.flatMap((object) => setBackBy(object, wish, data ?? []))
  if (found.length === 0 && !error) return null
  return (
    <ul className="action-notes" aria-label={t('actions.setBack.label')}>
      {found.slice(0, listed).map(({ object, kind, name, how, min, max, to }) => (
        <li key={`${object} ${kind} ${name}`}>
          <ToneMark tone="warn" />
          <span>
            {objects.length > 1 && <span className="mono">{object}: </span>}
            {t(`actions.setBack.${how}`, { kind, name, min, max, to })}
          </span>
        </li>
      ))}
      {found.length > listed && <li className="dim">{t('common.more', { count: found.length - listed })}</li>}
      {error && (
        <li className="dim">
          <ToneMark tone="muted" />
          <span>{t('actions.setBack.unread')}</span>
        </li>
      )}
    </ul>
  )
}

/** Those of the namespaces of what is scaled; of many namespaces all are asked for at once. */
function useAutoscalers(context: string, namespaces: readonly string[]) {
  const resource = useResource(context, 'horizontalpodautoscalers.autoscaling')
  const asked = namespaces.length > 3 ? [''] : namespaces
  return useQuery({
    queryKey: ['autoscalers', context, ...asked],
    enabled: resource !== undefined && can(resource, 'list') && namespaces.length > 0,
    retry: false,
    staleTime: 0,
    queryFn: async ({ signal }) => {
      const read = (namespace: string) =>
        requestJson<KubeList<AutoscalerMeta>>(clusterPath(context, resourcePath(resource!, namespace)), { signal })
      return (await Promise.all(asked.map(read))).flatMap(({ items }) => items ?? [])
    },
  })
}
