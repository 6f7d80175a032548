import type { Client } from '../client/client.ts'
import type { EventRecorder, EventSubject } from '../client/event-recorder.ts'
import { findCondition, type Condition, type Pod } from '../client/objects.ts'
import { PODS } from '../client/resource.ts'
import { formatTime, type Clock } from '../machinery/clock.ts'
import { isStatusError } from '../machinery/status.ts'

export interface StatusReporter {
  scheduled(pod: Pod, nodeName: string): void
  /** The node that the pod is to wait for goes into its status; '' takes it out. `Unschedulable`: no node fits. `SchedulerError`: something went wrong on the way. */
  failed(pod: Pod, reason: 'Unschedulable' | 'SchedulerError', message: string, nominatedNodeName?: string): void
  skipped(pod: Pod, message: string): void
  /** The node that a pod is about to be bound to, when that takes its time. Resolves when it is written, or could not be. */
  nominated(pod: Pod, nodeName: string): Promise<void>
}

export interface StatusReporterOptions {
  client: Client
  clock: Clock
  recorder: EventRecorder
  signal: AbortSignal
  onError(error: unknown, what: string): void
}

const subject = (pod: Pod): EventSubject => ({ apiVersion: 'v1', kind: 'Pod', object: pod })

/** Tells the world how it went: the pod's PodScheduled condition, and an event. */
export function createStatusReporter(o: StatusReporterOptions): StatusReporter {
  const pods = o.client.resource<Pod>(PODS)

  function patchStatus(pod: Pod, reason: string, message: string, nominatedNodeName: string | undefined): void {
    const old = findCondition(pod.status?.conditions, 'PodScheduled')
    const moved = nominatedNodeName !== undefined && nominatedNodeName !== (pod.status?.nominatedNodeName ?? '')
    if (!moved && old?.status === 'False' && old.reason === reason && old.message === message) return
    const { generation, uid } = pod.metadata
    const condition: Condition = {
      type: 'PodScheduled',
      status: 'False',
      reason,
      message,
      lastTransitionTime: old?.status === 'False' ? (old.lastTransitionTime ?? null) : formatTime(o.clock.now()),
      ...(generation === undefined ? {} : { observedGeneration: generation }),
    }
    // The uid guards a pod of the same name that came after this one.
    const body = {
      metadata: { uid },
      status: { conditions: [condition], ...(moved ? { nominatedNodeName: nominatedNodeName === '' ? null : nominatedNodeName } : {}) },
    }
    void write(pod, body)
  }

  async function write({ metadata: { name = '', namespace } }: Pod, body: Record<string, unknown>): Promise<void> {
    try {
      await pods.patch(name, { type: 'strategic', body }, { namespace, subresource: 'status', signal: o.signal })
    } catch (e) {
      if (!o.signal.aborted && !isStatusError(e, 'NotFound')) o.onError(e, `status of pod ${namespace}/${name}`)
    }
  }

  return {
    scheduled: (pod, nodeName) => {
      const { namespace, name } = pod.metadata
      o.recorder.event(subject(pod), 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${nodeName}`, 'Binding')
    },
    failed: (pod, reason, message, nominatedNodeName) => {
      o.recorder.event(subject(pod), 'Warning', 'FailedScheduling', message.slice(0, 1024), 'Scheduling')
      patchStatus(pod, reason, message, nominatedNodeName)
    },
    nominated: async (pod, nominatedNodeName) => {
      if (pod.status?.nominatedNodeName !== nominatedNodeName)
        await write(pod, { metadata: { uid: pod.metadata.uid }, status: { nominatedNodeName } })
    },
    skipped: (pod, message) => o.recorder.event(subject(pod), 'Warning', 'FailedScheduling', message, 'Scheduling'),
  }
}
