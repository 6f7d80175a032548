import { hostname } from 'node:os'
import { createClient } from '../client/client.ts'
import { createEventsV1Recorder, type EventRecorder } from '../client/event-recorder.ts'
import type { Transport } from '../client/transport.ts'
import type { Clock } from '../machinery/clock.ts'
import type { RepairWarnings } from '../registry/core/services/repair.ts'

/** Writes what is wrong with services, their addresses and their ports as events of the loop that found it. */
export function repairWarnings(transport: Transport, clock: Clock): { warn: RepairWarnings; stop(): void } {
  const ended = new AbortController()
  const recorders = new Map<string, EventRecorder>()
  const recorderOf = (component: string): EventRecorder => {
    let recorder = recorders.get(component)
    if (recorder === undefined) {
      const client = createClient(transport, { userAgent: 'kube-apiserver', clock })
      const instance = `${component}-${hostname()}`
      recorders.set(component, (recorder = createEventsV1Recorder({ client, clock, signal: ended.signal, component, instance })))
    }
    return recorder
  }
  return {
    warn: (loop, about, reason, action, message) => recorderOf(loop).event(about, 'Warning', reason, message, action),
    stop: () => ended.abort(),
  }
}
