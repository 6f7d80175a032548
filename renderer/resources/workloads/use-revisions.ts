import { useMemo } from 'react'
import type { FeedState } from '../../kube/reflector.ts'
import type { FeedSource } from '../../kube/protocol.ts'
import { labelSelectorText } from '../../kube/label-selector.ts'
import type { KubeObject } from '../../kube/types.ts'
import { useObject } from '../../queries/hub.ts'
import { type Revision, revisionsOf } from './revisions.ts'
import { selectorOf } from './selector.ts'
import type { Workload } from './types.ts'

const keeper = (plural: string): FeedSource['resource'] => ({ group: 'apps', version: 'v1', plural, namespaced: true })

/** The kept revisions of a Deployment, StatefulSet or DaemonSet, live and newest first. */
export function useRevisions(context: string, object: KubeObject): { revisions: Revision[]; state: FeedState | undefined } {
  const { namespace } = object.metadata
  const deployment = object.kind === 'Deployment'
  const selector = selectorOf(object as Workload)
  const labelSelector = selector && labelSelectorText(selector)
  const source = useMemo(
    () => ({ context, resource: keeper(deployment ? 'replicasets' : 'controllerrevisions'), namespace, labelSelector }),
    [context, deployment, namespace, labelSelector],
  )
  const data = useObject(source)
  const kept = data?.all
  const kind = deployment ? 'ReplicaSet' : 'ControllerRevision'
  // Objects from a list carry no kind of their own.
  const revisions = useMemo(
    () =>
      revisionsOf(
        object,
        (kept ?? []).map((o) => ({ ...o, kind })),
      ),
    [object, kept, kind],
  )
  return { revisions, state: data?.state }
}
