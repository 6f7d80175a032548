import { lazy } from 'react'
import { can, resourceKey } from '../../kube/resource.ts'
import type { KubeObject } from '../../kube/types.ts'
import type { Action, ChangeAction } from '../../tools/actions/action.ts'
import { imagesOf, imagesPatch } from './images.ts'
import { manualJob, manualName } from './manual-job.ts'
import { type Revision, rollbackSteps } from './revisions.ts'
import type { CronJob, Workload } from './types.ts'

const ImagesForm = lazy(() => import('./images-form.tsx').then((m) => ({ default: m.ImagesForm })))
const RevisionForm = lazy(() => import('./revision-form.tsx').then((m) => ({ default: m.RevisionForm })))
const NameForm = lazy(() => import('./name-form.tsx').then((m) => ({ default: m.NameForm })))

const of =
  (...keys: string[]): ChangeAction['offered'] =>
  (resource) =>
    keys.includes(resourceKey(resource)) && can(resource, 'patch')

const spec = (object: KubeObject): NonNullable<Workload['spec']> & { suspend?: boolean } => (object as Workload).spec ?? {}

/** As `kubectl rollout restart`: the template's annotation is another one, so its pods are. */
const restart: ChangeAction = {
  id: 'restart',
  icon: 'restart',
  key: 'r',
  bulk: true,
  needs: [{ verb: 'patch' }],
  offered: of('deployments.apps', 'statefulsets.apps', 'daemonsets.apps'),
  plan(object, _, { path, now }) {
    // kubectl refuses as well (polymorphichelpers/objectrestarter.go): nothing would happen until it goes on.
    if (spec(object).paused) return { skip: 'paused' }
    const annotations = { 'kubectl.kubernetes.io/restartedAt': now.toISOString().replace(/\.\d+Z$/, 'Z') }
    const body = { spec: { template: { metadata: { annotations } } } }
    // Taking the annotation back would start the pods once more.
    return { change: { method: 'PATCH', type: 'merge', path, body }, undo: () => undefined }
  },
}

/** A switch in the spec; what is off is not written, as kubectl does. */
const toggle = (id: string, field: 'paused' | 'suspend', on: boolean, keys: string[], key?: string): ChangeAction => ({
  id,
  icon: on ? 'pause' : 'play',
  ...(key ? { key } : {}),
  bulk: true,
  needs: [{ verb: 'patch' }],
  offered: of(...keys),
  applies: (object) => Boolean(spec(object)[field]) !== on,
  plan(object, _, { path }) {
    if (Boolean(spec(object)[field]) === on) return { skip: 'already' }
    const off = field === 'paused' ? null : false
    return { change: { method: 'PATCH', type: 'merge', path, body: { spec: { [field]: on ? true : off } } } }
  },
})

const finished = (object: KubeObject): boolean =>
  ((object as Workload).status?.conditions ?? []).some((c) => (c.type === 'Complete' || c.type === 'Failed') && c.status === 'True')

/** A finished Job cannot be held up any more. */
function jobsToo(action: ChangeAction): ChangeAction {
  return {
    ...action,
    applies: (object) => !finished(object) && (action.applies?.(object) ?? true),
    plan: (object, value, at) => (finished(object) ? { skip: 'finished' } : action.plan(object, value, at)),
  }
}

const image: ChangeAction<Record<string, string>> = {
  id: 'image',
  icon: 'image',
  key: 'i',
  bulk: true,
  needs: [{ verb: 'patch' }],
  offered: of(
    'deployments.apps',
    'statefulsets.apps',
    'daemonsets.apps',
    'replicasets.apps',
    'replicationcontrollers',
    'cronjobs.batch',
    'pods',
  ),
  Form: ImagesForm,
  initial: () => ({}),
  fault: (wish) => (Object.values(wish).some((value) => value.trim() === '') ? 'actions.image.fault' : undefined),
  plan(object, wish, { path }) {
    const named = Object.entries(wish).filter(([, value]) => value.trim() !== '')
    if (named.length === 0) return undefined
    const has = imagesOf(object)
    const wanted = named.filter(([name]) => has.some((c) => c.name === name))
    if (wanted.length === 0) return { skip: 'noContainer' }
    const body = imagesPatch(object, Object.fromEntries(wanted))
    if (body === undefined) return undefined
    return {
      change: { method: 'PATCH', type: 'strategic', path, body },
      undo(before) {
        const old = Object.fromEntries(imagesOf(before).map((c) => [c.name, c.image]))
        const images = Object.fromEntries(wanted.flatMap(([name]) => (old[name] ? [[name, old[name]]] : [])))
        return { method: 'PATCH', type: 'strategic', path, body: imagesPatch(object, images, true) }
      },
    }
  },
}

const undo: ChangeAction<Revision | null> = {
  id: 'undo',
  icon: 'undo',
  key: 'u',
  bulk: false,
  needs: [{ verb: 'patch' }],
  offered: of('deployments.apps', 'statefulsets.apps', 'daemonsets.apps'),
  Form: RevisionForm,
  initial: () => null,
  plan(object, revision, { path }) {
    if (!revision) return undefined
    if (spec(object).paused) return { skip: 'paused' }
    const [there, back] = rollbackSteps(object as Workload, revision, path)
    return { change: there, undo: () => back }
  },
}

const trigger: ChangeAction<string> = {
  id: 'trigger',
  icon: 'play',
  key: 't',
  bulk: false,
  needs: [{ verb: 'create', resource: 'jobs.batch' }],
  offered: of('cronjobs.batch'),
  Form: NameForm,
  initial: ([object], now) => (object ? manualName(object.metadata.name, now) : ''),
  fault: (name) => (name.trim() === '' ? 'actions.trigger.fault' : undefined),
  plan(object, name, { path }) {
    if (name.trim() === '') return undefined
    const jobs = path.replace(/\/cronjobs\/[^/]+$/, '/jobs')
    return {
      change: { method: 'POST', path: jobs, body: manualJob(object as CronJob, name.trim()) },
      read: `${jobs}/${encodeURIComponent(name.trim())}`,
      undo: () => ({
        method: 'DELETE',
        path: `${jobs}/${encodeURIComponent(name.trim())}`,
        body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' },
      }),
    }
  },
}

export const workloadActions: readonly Action[] = [
  restart,
  image,
  undo,
  toggle('pause', 'paused', true, ['deployments.apps'], 'p'),
  toggle('resume', 'paused', false, ['deployments.apps'], 'p'),
  jobsToo(toggle('suspend', 'suspend', true, ['cronjobs.batch', 'jobs.batch'], 'p')),
  jobsToo(toggle('unsuspend', 'suspend', false, ['cronjobs.batch', 'jobs.batch'], 'p')),
  trigger,
] as Action[]
