import { ours, reference } from '../bench/contestants.ts'
import { commandLine } from '../command-line.ts'
import { say } from '../setup.mjs'
import { attacks } from './attacks/index.ts'
import { play } from './round.ts'
import { given, type Side, started } from './side.ts'
import { tallyText } from './tally.ts'
import { best, faults, keptBy, KEPT_LIMIT_MB, type Row } from './verdict.ts'

/**
 * `npm run abuse [-- --only PATTERN --quick --tries N] [--url URL --token T --viewer-token T --pid N]`: bounded attacks on this server, or on one
 * that runs already, and on kube-apiserver beside it when $KUBEBUILDER_ASSETS has it and etcd. Prints a row an attack: the answers, what a
 * second client waited meanwhile, and memory. Exit code 1 when a row is marked (verdict.ts says for what).
 */
const { values: flags } = commandLine('Bounded attacks on this server, with a kube-apiserver beside it.', {
  only: { type: 'string', default: '', help: 'Pattern of the attacks.' },
  quick: { type: 'boolean', help: 'Smaller attacks.' },
  tries: { type: 'number', default: 3, help: 'How often a marked row is played, since the machine may have been busy; the best counts.' },
  url: { type: 'string', help: 'Address of a server that runs already, instead of a fresh one.' },
  token: { type: 'string', default: '', help: 'Its token.' },
  'viewer-token': { type: 'string', default: '', help: 'A token there of somebody who may only read.' },
  pid: { type: 'number', help: 'Its process, whose memory is looked at.' },
  'no-reference': { type: 'boolean', help: 'Without a kube-apiserver.' },
})

/** Both with the limits on requests that they have unless told otherwise. */
async function sides(): Promise<{ mine: Side; theirs: Side | undefined }> {
  const { url, pid } = flags
  const mine =
    url === undefined
      ? await started(ours(undefined, ['--nodes=1']))
      : await given(url, flags.token, flags['viewer-token'], pid === undefined ? [] : [pid])
  const spec = flags['no-reference'] ? '--no-reference' : reference(process.env.KUBEBUILDER_ASSETS, [])
  if (typeof spec === 'string') say(`Without a reference: ${spec}`)
  return { mine, theirs: typeof spec === 'string' ? undefined : await started(spec) }
}

async function once(side: Side, name: string, waits = true): Promise<Row> {
  const row = await play(side, name, flags.quick, waits)
  if (!row.alive && !side.isGiven) await side.restart()
  return row
}

/** A server that has ended and is not ours to start again. */
const gone = (side: Side, tries: readonly Row[]): boolean => side.isGiven && !tries.at(-1)!.alive

function line(mark: string, name: string, side: string, row: Row): string {
  const ms = (n: number): string => n.toFixed(0).padStart(6)
  const mb = (n: number | undefined): string => (n === undefined ? '?' : n.toFixed(0)).padStart(5)
  const { before, peak, after } = row.memory ?? {}
  const answers = row.broken === undefined ? tallyText(row.answers) : `(${row.broken.split('\n')[0]})`
  const waits = `${ms(row.objectMs)}${ms(row.livezMs)}${ms(row.ownLagMs)}${ms(row.queuedMs)}`
  return `${mark.padEnd(4)} ${name.padEnd(34)} ${side.padEnd(9)} ${waits}  ${mb(before)}${mb(peak)}${mb(after)}  ${row.alive ? 'yes' : 'NO '}  ${answers}`
}

async function main(): Promise<number> {
  const wanted = attacks.filter((a) => new RegExp(flags.only).test(a.name))
  if (wanted.length === 0) {
    say(`no attack is called ${flags.only}; there are ${attacks.map((a) => a.name).join(', ')}`)
    return 2
  }
  const { mine, theirs } = await sides()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void Promise.all([mine.stop(), theirs?.stop()]).finally(() => process.exit(130)))
  }
  const marked: string[] = []
  try {
    console.log(`     attack                             server    get ms livez   lag queue    MB: then peak after lives answers`)
    for (const { name } of wanted) {
      const tries: Row[] = [await once(mine, name)]
      // How much the reference keeps after a pause matters only where ours keeps much.
      const their = theirs === undefined ? undefined : await once(theirs, name, keptBy(tries[0]!) > KEPT_LIMIT_MB)
      while (faults(tries.at(-1)!, their).length > 0 && tries.length < flags.tries && !gone(mine, tries)) {
        // What one try made the server keep must not be what the next one starts from.
        if (tries.at(-1)!.alive && !mine.isGiven) await mine.restart()
        tries.push(await once(mine, name))
      }
      const row = best(tries, their)
      const why = faults(row, their)
      console.log(line(why.length === 0 ? 'ok' : 'MARK', name, mine.isGiven ? 'given' : 'ours', row))
      if (their !== undefined) console.log(line('', '', 'reference', their))
      for (const w of why) console.log(`       ${w}`)
      if (why.length > 0) marked.push(`${name}: ${why.join('; ')}`)
      if (gone(mine, tries)) break
    }
  } finally {
    await Promise.all([mine.stop(), theirs?.stop()])
  }
  console.log(
    marked.length === 0 ? `\n${wanted.length} attacks, none marked` : `\n${marked.length} of ${wanted.length} attacks are marked:`,
  )
  for (const m of marked) console.log(`  ${m}`)
  return marked.length === 0 ? 0 : 1
}

process.exitCode = await main()
