import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { clusterPath, requestJson } from '../../kube/fetch.ts'
import { firstNamespace } from '../../kube/scope.ts'
import type { KubeObject } from '../../kube/types.ts'
import { useKubectl } from '../../queries/contexts.ts'
import { Command } from '../../ui/command.tsx'
import { ErrorView } from '../../ui/error-view.tsx'
import { placeUrl, useGo, usePlace } from '../../ui/place.ts'

const deployment = 'create deployment web --image=registry.k8s.io/pause:3.10 --replicas=3'

/** A pod that any runtime can run: it pauses. */
const hello = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { generateName: 'hello-', labels: { app: 'hello' } },
  spec: { containers: [{ name: 'hello', image: 'registry.k8s.io/pause:3.10' }] },
}

/** Three things to try on a control plane that has next to nothing in it yet. */
export function FirstSteps({ node }: { node: string | undefined }) {
  const { t } = useTranslation()
  const place = usePlace()
  const go = useGo()
  const kubectl = useKubectl(place.context)
  const namespace = firstNamespace(place.namespace) || 'default'
  const create = useMutation({
    mutationFn: () =>
      requestJson<KubeObject>(clusterPath(place.context, `/api/v1/namespaces/${namespace}/pods`), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(hello),
      }),
    onSuccess: (pod) => go({ resource: 'pods', object: { namespace, name: pod.metadata.name } }),
  })
  return (
    <section className="first" aria-label={t('first.title')}>
      <h2>{t('first.title')}</h2>
      <ol>
        <li>
          <strong>{t('first.pod.title')}</strong>
          <p>{t('first.pod.text', { namespace })}</p>
          <button type="button" className="icon-button action" disabled={create.isPending} onClick={() => create.mutate()}>
            {t('first.pod.action')}
          </button>
        </li>
        <li>
          <strong>{t('first.kubectl.title')}</strong>
          <p>{t('first.kubectl.text')}</p>
          {kubectl && <Command text={`${kubectl} ${deployment}`} />}
        </li>
        <li>
          <strong>{t('first.node.title')}</strong>
          <p>{t('first.node.text')}</p>
          {node ? (
            <Link to={placeUrl({ ...place, resource: 'nodes', object: { namespace: '', name: node }, tab: 'profile' })}>
              {t('first.node.action')}
            </Link>
          ) : (
            <span className="dim">{t('home.noNodes')}</span>
          )}
        </li>
      </ol>
      {create.error && <ErrorView error={create.error} />}
    </section>
  )
}
