import { etcd } from '../programs.ts'
import { commandLine } from '../command-line.ts'
import { say } from '../setup.mjs'
import { churn } from './churn.ts'
import { measureHistory } from './history.ts'
import { measureRunning } from './running.ts'

/**
 * `npm run soak -- --minutes N [--etcd] [--rate N] [--watchers N]`: churn with restarts, checked at the end.
 * `npm run soak -- --running [--pods N --nodes N --deployments N --limit MINUTES]`: pods to Running through every control loop.
 * `npm run soak -- --history [--objects N --revisions N --intervals N]`: the embedded store under churn with compaction.
 */
const { values: flags } = commandLine(
  'Churn with restarts, checked at the end; or pods through every control loop; or the embedded store alone.',
  {
    minutes: { type: 'number', default: 10, help: 'Of churn.' },
    rate: { type: 'number', default: 200, help: 'Writes a second.' },
    watchers: { type: 'number', default: 50, help: 'Watches beside them.' },
    etcd: { type: 'boolean', help: 'On etcd.' },
    seed: { type: 'number', default: Date.now() % 1_000_000, help: 'Of the churn.' },
    keep: { type: 'boolean', help: 'Keeps the data.' },
    running: { type: 'boolean', help: 'Pods to Running through every control loop, instead.' },
    pods: { type: 'number', default: 5000, help: 'With --running.' },
    nodes: { type: 'number', default: 100, help: 'With --running.' },
    deployments: { type: 'number', default: 50, help: 'With --running.' },
    limit: { type: 'number', default: 5, help: 'With --running: minutes, after which it ends.' },
    'node-flags': { type: 'string', default: '', help: 'With --running: flags of Node.js for the server.' },
    heap: { type: 'boolean', help: 'With --running: takes a heap snapshot.' },
    history: { type: 'boolean', help: 'The embedded store under churn with compaction, instead.' },
    objects: { type: 'number', default: 100_000, help: 'With --history.' },
    revisions: { type: 'number', default: 500_000, help: 'With --history.' },
    intervals: { type: 'number', default: 5, help: 'With --history.' },
  },
)

async function soak(): Promise<number> {
  const program = flags.etcd ? etcd() : undefined
  if (program !== undefined && program.path === undefined) {
    say(`The soak cannot run against etcd: ${program.why}.`)
    return 1
  }
  const seed = flags.seed
  say(`seed ${seed}`)
  const faults = await churn({
    minutes: flags.minutes,
    rate: flags.rate,
    watchers: flags.watchers,
    etcd: program?.path,
    seed,
    keep: flags.keep,
  })
  for (const fault of faults.slice(0, 50)) say(`FAULT ${fault}`)
  say(faults.length === 0 ? 'no faults' : `${faults.length} faults`)
  return faults.length === 0 ? 0 : 1
}

if (flags.running) {
  await measureRunning({
    pods: flags.pods,
    nodes: flags.nodes,
    deployments: flags.deployments,
    limitMinutes: flags.limit,
    nodeFlags: flags['node-flags'].split(' ').filter((f) => f !== ''),
    heap: flags.heap,
    keep: flags.keep,
  })
  process.exit(0)
}
if (flags.history) {
  const { objects, revisions, intervals } = flags
  await measureHistory({ objects, revisions, intervals })
  process.exit(0)
}
process.exit(await soak())
