import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { replay, type RecordedCase } from '../../server/serving/http2/testing/replay.ts'
import { ours, reference, type Spec } from '../bench/contestants.ts'
import { commandLine } from '../command-line.ts'
import { which } from '../programs.ts'
import { root, say } from '../setup.mjs'
import { startLayer, type Layer } from './layer.ts'
import { runCases, type Place, type Verdict } from './run.ts'

/**
 * `npm run h2spec`: the cases of h2spec (in $KUBEBUILDER_ASSETS or $PATH) for the HTTP/2 layer alone and for the whole server, and beside it for
 * a kube-apiserver where there is one. Exit code 1 for a case that fails and need not. `-- --record` writes what the cases send, which
 * server/serving/http2/h2spec.test.ts plays in every `npm test`.
 */
const { values: flags } = commandLine('The cases of h2spec for the HTTP/2 layer and the whole server, beside a kube-apiserver.', {
  record: { type: 'boolean', help: 'Writes what the cases send, for the tests.' },
})
const assets = process.env.KUBEBUILDER_ASSETS ?? ''
const FILE = 'server/serving/http2/testing/h2spec.json'

/** Sends as many requests at once as are allowed, and one more: they must wait for their answers. */
const CONCURRENCY = 'http2/5.1.2/1'
/** Of the whole server. */
const EXPECTED: Readonly<Record<string, string>> = {
  [CONCURRENCY]: 'requests are answered before there are too many; the layer alone is asked with ones that are not',
}

function program(): string | undefined {
  const own = join(assets, 'h2spec')
  return assets !== '' && existsSync(own) ? own : which('h2spec')
}

function tell(name: string, verdicts: readonly Verdict[], expected: Readonly<Record<string, string>>): number {
  const count = (state: Verdict['state']): number => verdicts.filter((v) => v.state === state).length
  say(`${name}: ${verdicts.length} cases, ${count('passed')} passed, ${count('skipped')} skipped, ${count('failed')} failed`)
  const failed = verdicts.filter((v) => v.state === 'failed')
  for (const { id, title, why } of failed) say(`  ${id} ${title}: ${expected[id] ?? why.replaceAll('\n', '; ')}`)
  return failed.filter((v) => expected[v.id] === undefined).length
}

async function layerAlone(h2spec: string): Promise<number> {
  const layer = await startLayer()
  const place = (id = ''): Place => ({ port: layer.port, tls: false, path: id === CONCURRENCY ? '/hang' : '/' })
  try {
    const all = await runCases(h2spec, place())
    const [slow] = await runCases(h2spec, place(CONCURRENCY), [CONCURRENCY])
    const verdicts = all.map((v) => (v.id === CONCURRENCY ? slow! : v))
    const faults = tell('the layer alone', verdicts, {})
    if (flags.record && faults === 0) await record(h2spec, layer, verdicts, place)
    return faults
  } finally {
    layer.close()
  }
}

async function record(h2spec: string, layer: Layer, verdicts: readonly Verdict[], place: (id: string) => Place): Promise<void> {
  const cases: RecordedCase[] = []
  for (const { id, title } of verdicts) {
    layer.taken()
    await runCases(h2spec, place(id), [id])
    const connections = []
    for (const sent of layer.taken()) connections.push({ sent, answered: await replay(sent) })
    cases.push({ id, title, connections })
  }
  writeFileSync(join(root, FILE), `[\n${cases.map((c) => JSON.stringify(c)).join(',\n')}\n]\n`)
  say(`${cases.length} cases are in ${FILE}`)
}

async function server(h2spec: string, spec: Spec, expected: Readonly<Record<string, string>>): Promise<number> {
  const running = await spec.start()
  try {
    return tell(spec.name, await runCases(h2spec, { port: Number(new URL(running.url).port), tls: true, path: '/healthz' }), expected)
  } finally {
    await running.stop()
  }
}

async function main(): Promise<number> {
  const h2spec = program()
  if (h2spec === undefined) {
    say('h2spec is neither in $KUBEBUILDER_ASSETS nor in $PATH: go install github.com/summerwind/h2spec/cmd/h2spec@latest')
    return 2
  }
  const faults = (await layerAlone(h2spec)) + (await server(h2spec, ours(), EXPECTED))
  const theirs = reference(assets)
  if (typeof theirs === 'string') say(theirs)
  else await server(h2spec, theirs, {})
  return faults === 0 ? 0 : 1
}

process.exitCode = await main()
