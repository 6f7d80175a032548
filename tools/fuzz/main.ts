import { writeFileSync } from 'node:fs'
import { ours, reference } from '../bench/contestants.ts'
import { closeConnections, type Target } from '../conformance/http.ts'
import { commandLine } from '../command-line.ts'
import { say } from '../setup.mjs'
import { fuzz, type Outcome } from './alone.ts'
import { RECORDED_RUN } from './ground.ts'
import { compareBoth, type Difference } from './paired.ts'
import { Random } from './random.ts'
import { compareSequences } from './sequences.ts'

/**
 * `npm run fuzz [-- --count N --seed S --only PATTERN]`: generated requests against a server that it starts, made from the published types
 * and by changes of valid objects. Exit code 1 for a 5xx that kube-apiserver has not, no answer, an end of the server, memory that grows, or
 * a second client that waits too long. `--paired N` (with $KUBEBUILDER_ASSETS) sends N requests to a kube-apiserver as well and prints in
 * what the answers differ, the most frequent kinds of difference first.
 */
const { values: flags } = commandLine('Generated requests to a server that this command starts, or to it and a kube-apiserver.', {
  count: { type: 'number', default: 100_000, help: 'Requests.' },
  seed: { type: 'number', default: 1, help: 'The same one makes the same requests.' },
  only: { type: 'string', default: '', help: 'Pattern of kinds: apps/v1/deployments.' },
  paired: { type: 'number', help: 'So many requests go to a kube-apiserver, too, and the answers are compared.' },
  reads: { type: 'boolean', help: 'With --paired: lists, watches, odd paths and bodies that cannot be read instead of writes.' },
  sequences: {
    type: 'number',
    help: 'So many objects are written by several clients one after another, ten times each, on a kube-apiserver, too.',
  },
  top: { type: 'number', default: 40, help: 'Kinds of difference to print.' },
  record: { type: 'string', help: 'File for refusals that both agree on (answers.test.ts asks them again).' },
  url: { type: 'string', help: 'With --paired and --sequences: address of a server that runs already.' },
  token: { type: 'string', default: '', help: 'Its token.' },
  'reference-url': { type: 'string', help: 'With --paired: address of a kube-apiserver that runs already.' },
  'reference-token': { type: 'string', default: '', help: 'Its token.' },
})

const WAIT_LIMIT_MS = 250
const GROWTH_LIMIT_MB = 80
const SHOWN = 20

const { seed } = flags
// Recorded requests are asked again under the same names.
const run = flags.record === undefined ? `s${seed}x${Date.now().toString(36).slice(-4)}` : RECORDED_RUN

/** What the second half of the rounds keeps more than the first, by the least of each. */
function growth(memory: readonly number[]): number {
  const half = Math.floor(memory.length / 2)
  return half === 0 ? 0 : Math.min(...memory.slice(half)) - Math.min(...memory.slice(0, half))
}

const countsText = (codes: ReadonlyMap<number, number>): string =>
  [...codes]
    .sort(([a], [b]) => a - b)
    .map(([code, n]) => `${code === 0 ? 'no answer' : code} ${n}×`)
    .join(', ')

function report({ faults, codes, memory, waits }: Outcome): number {
  console.log(countsText(codes))
  const kinds = Map.groupBy(faults, (f) => f.why.replace(/"(?:[^"\\]|\\.)*"|\d+/g, '…'))
  for (const group of [...kinds.values()].sort((a, b) => b.length - a.length).slice(0, SHOWN)) {
    const [{ request, why }] = group as [Outcome['faults'][number]]
    console.log(
      `\n${group.length} × ${why}\n  ${request.method} ${request.path}\n  ${JSON.stringify(request.headers)}\n  ${request.body ?? ''}`,
    )
  }
  const grown = growth(memory)
  const worst = Math.max(waits.object, waits.livez)
  console.log(
    `\n${faults.length} faults; memory ${memory.map((m) => m.toFixed(0)).join(' ')} MB (grown ${grown.toFixed(0)}, limit ${GROWTH_LIMIT_MB})`,
  )
  console.log(
    `the second client waited ${waits.object.toFixed(0)} ms for an object, ${waits.livez.toFixed(0)} ms for /livez; ${waits.failed} failed`,
  )
  return faults.length === 0 && grown < GROWTH_LIMIT_MB && worst < WAIT_LIMIT_MS && waits.failed === 0 ? 0 : 1
}

async function alone(): Promise<number> {
  const server = await ours().start()
  try {
    return report(await fuzz(server, new Random(seed), run, flags.count, new RegExp(flags.only)))
  } finally {
    closeConnections()
    await server.stop()
  }
}

function print(found: readonly Difference[]): void {
  const groups = [
    ...Map.groupBy(
      found,
      (d) => `${d.label.replace(/(?:create|generated|update|(?:json|merge|strategic) patch|apply)$/, 'write')} ${d.shape}`,
    ).values(),
  ]
  for (const group of groups.sort((a, b) => b.length - a.length).slice(0, flags.top)) {
    const [d] = group as [Difference]
    console.log(
      `\n${group.length} × ${d.label}\n  reference: ${d.reference}\n  ours:      ${d.ours}\n  ${d.request.method} ${d.request.path}\n  ${(d.request.body ?? '').slice(0, 700)}`,
    )
  }
  console.log(`\n${groups.length} kinds of difference`)
}

/** Two servers, fresh ones or those that were given. */
async function withBoth(compare: (theirs: Target, mine: Target) => Promise<number>): Promise<number> {
  const given = flags['reference-url']
  const spec = given === undefined ? reference(process.env.KUBEBUILDER_ASSETS) : undefined
  if (typeof spec === 'string') {
    say(`Nothing to compare with: ${spec}`)
    return 2
  }
  const theirs = await spec?.start()
  const mine = flags.url === undefined ? await ours().start() : undefined
  try {
    const target = (name: string, url: string, token: string): Target => ({ name, url, token })
    return await compare(
      theirs === undefined ? target('reference', given!, flags['reference-token']) : target('reference', theirs.url, theirs.token),
      mine === undefined ? target('ours', flags.url!, flags.token) : target('ours', mine.url, mine.token),
    )
  } finally {
    closeConnections()
    await Promise.all([theirs?.stop(), mine?.stop()])
  }
}

async function paired(count: number, theirs: Target, mine: Target): Promise<number> {
  const { found, compared, recorded } = await compareBoth(
    theirs,
    mine,
    new Random(seed),
    run,
    count,
    new RegExp(flags.only),
    flags.reads === true,
  )
  print(found)
  if (flags.record !== undefined) writeFileSync(flags.record, `${JSON.stringify(recorded, null, 1)}\n`)
  console.log(`${compared} answers compared, ${found.length} differ`)
  return 0
}

async function sequences(count: number, theirs: Target, mine: Target): Promise<number> {
  const { found, compared, codes } = await compareSequences(theirs, mine, seed, run, count)
  for (const { requests, reference: wanted, ours: got } of found.slice(0, flags.top)) {
    for (const { method, path, body } of requests)
      console.log(`\n${method ?? 'GET'} ${path}\n  ${typeof body === 'string' ? body : JSON.stringify(body)}`)
    console.log(`reference: ${wanted}\nours:      ${got}`)
  }
  console.log(countsText(codes))
  console.log(`${count} sequences, ${compared} answers compared, ${found.length} differ`)
  return found.length === 0 ? 0 : 1
}

async function main(): Promise<number> {
  const { paired: pairs, sequences: rows } = flags
  if (rows !== undefined) return withBoth((theirs, mine) => sequences(rows, theirs, mine))
  return pairs === undefined ? alone() : withBoth((theirs, mine) => paired(pairs, theirs, mine))
}

process.exitCode = await main()
