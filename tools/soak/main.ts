import { etcd } from '../programs.ts'
import { say } from '../setup.mjs'
import { churn } from './churn.ts'
import { measureHistory } from './history.ts'
import { measureRunning } from './running.ts'

/**
 * `npm run soak -- --minutes N [--etcd] [--rate N] [--watchers N]`: churn with restarts, checked at the end.
 * `npm run soak -- --running [--pods N --nodes N --deployments N]`: pods to Running through every control loop.
 * `npm run soak -- --history [--objects N --revisions N --intervals N]`: the embedded store under churn with compaction.
 */
const option = (name: string, fallback: string): string => {
  const i = process.argv.indexOf(`--${name}`)
  return i < 0 ? fallback : (process.argv[i + 1] ?? fallback)
}
const has = (name: string): boolean => process.argv.includes(`--${name}`)

async function soak(): Promise<number> {
  const program = has('etcd') ? etcd() : undefined
  if (program !== undefined && program.path === undefined) {
    say(`The soak cannot run against etcd: ${program.why}.`)
    return 1
  }
  const seed = Number(option('seed', String(Date.now() % 1_000_000)))
  say(`seed ${seed}`)
  const faults = await churn({
    minutes: Number(option('minutes', '10')),
    rate: Number(option('rate', '200')),
    watchers: Number(option('watchers', '50')),
    etcd: program?.path,
    seed,
    keep: has('keep'),
  })
  for (const fault of faults.slice(0, 50)) say(`FAULT ${fault}`)
  say(faults.length === 0 ? 'no faults' : `${faults.length} faults`)
  return faults.length === 0 ? 0 : 1
}

if (has('running')) {
  await measureRunning({
    pods: Number(option('pods', '5000')),
    nodes: Number(option('nodes', '100')),
    deployments: Number(option('deployments', '50')),
    nodeFlags: option('node-flags', '')
      .split(' ')
      .filter((f) => f !== ''),
    heap: has('heap'),
    keep: has('keep'),
  })
  process.exit(0)
}
if (has('history')) {
  const [objects, revisions, intervals] = [option('objects', '100000'), option('revisions', '500000'), option('intervals', '5')].map(Number)
  await measureHistory({ objects: objects!, revisions: revisions!, intervals: intervals! })
  process.exit(0)
}
process.exit(await soak())
