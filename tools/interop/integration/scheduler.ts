import { readFileSync } from 'node:fs'
import { scheduler } from '../../../server/authn/components.ts'
import { systemClock as clock } from '../../../server/machinery/clock.ts'
import { loadConfiguration } from '../../../server/scheduler/config/load.ts'
import type { QueuedPod } from '../../../server/scheduler/framework.ts'
import { SchedulerMetrics } from '../../../server/scheduler/metrics.ts'
import { startScheduler } from '../../../server/scheduler/scheduler.ts'
import { complain, loopClients } from '../loop-clients.ts'

/**
 * Our scheduler alone: SERVER.json ({server, token}) CONFIGURATION.yaml, as scheduler.go starts it for an integration test. Writes `scheduling`
 * when it does, and `attempt NAMESPACE NAME COUNT` for each try of a pod.
 */
class Attempts extends SchedulerMetrics {
  override began(pod: QueuedPod): void {
    super.began(pod)
    const { namespace, name } = pod.info.pod.metadata
    process.stdout.write(`attempt ${namespace} ${name} ${pod.attempts}\n`)
  }
}

const [at = '', configured = ''] = process.argv.slice(2)
const { server, token } = JSON.parse(readFileSync(at, 'utf8')) as { server: string; token: string }
const { signal } = new AbortController()
const clients = loopClients(server, token, { clock, signal })
await startScheduler({
  ...{ clock, signal, onError: complain },
  client: clients.clientAs(scheduler, 'kube-scheduler'),
  informers: clients.informersAs(scheduler, 'kube-scheduler'),
  configuration: loadConfiguration(readFileSync(configured, 'utf8')),
  metrics: new Attempts(),
})
process.stdout.write('scheduling\n')
