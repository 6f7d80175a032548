import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { type Client, createClient } from '../../../server/client/client.ts'
import { createHttpTransport } from '../../../server/client/http-transport.ts'
import { systemClock } from '../../../server/machinery/clock.ts'
import { readKubeconfig } from '../../fixtures/api.ts'
import { realLoops, startRealLoops } from '../../fixtures/real-loops.ts'
import { startServer } from '../../fixtures/server.ts'
import { writeAnswers } from '../asking.ts'
import { type Answer, type Case, play, type World } from './case.ts'
import { cases } from './cases.ts'
import { loops, resources, serviceRanges } from './resources.ts'

/**
 * Plays every case, or those that are named, on kube-controller-manager, which works on a server of ours without loops, all cases at once, and writes down what came of
 * each. BINNACLE_REAL_LOOPS is the folder with the programs; the server is the built one.
 *   BINNACLE_REAL_LOOPS=FOLDER node e2e/reference/loops/record.ts [NAME...]
 */
const QUIET_MS = 3000
const LONGEST_MS = 90_000
const file = new URL('loops.answers.json', import.meta.url)

if (realLoops === undefined) throw new Error('BINNACLE_REAL_LOOPS is not set')
const programs = realLoops
const wanted = process.argv.slice(2)
const flags = ['--max-requests-inflight=0', '--max-mutating-requests-inflight=0', `--service-cluster-ip-range=${serviceRanges.join(',')}`]

function worldOf(client: Client, namespace: string): World {
  const state = async (): Promise<string> => {
    const hash = createHash('sha256')
    for (const id of Object.values(resources)) {
      if (!id.namespaced) continue
      for (const { metadata } of (await client.resource(id).list({ namespace })).items)
        hash.update(`${metadata.uid}${metadata.resourceVersion}`)
    }
    return hash.digest('hex')
  }
  return {
    client,
    namespace,
    now: Date.now,
    pass: (seconds) => wait(seconds * 1000),
    async rest() {
      const end = Date.now() + LONGEST_MS
      let [before, since] = ['', Date.now()]
      while (Date.now() - since < QUIET_MS && Date.now() < end) {
        const now = await state()
        if (now !== before) since = Date.now()
        before = now
        await wait(500)
      }
    },
  }
}

async function answer(client: Client, c: Case): Promise<Answer> {
  const seen = await play(c, worldOf(client, `case-${cases.indexOf(c)}`)).catch((e: unknown) =>
    Promise.reject(new Error(`${c.name}: ${String(e)}`)),
  )
  return { case: c.name, seen }
}

/** Cases for which the same controllers work, on a server of their own. */
async function answers(chosen: readonly Case[], controllers: readonly string[]): Promise<PromiseSettledResult<Answer>[]> {
  const server = await startServer({ flags })
  const managerFlags = [`--controllers=${controllers.join(',')}`, '--kube-api-qps=1000', '--kube-api-burst=1000']
  const manager = startRealLoops(programs, server, managerFlags, false)
  const transport = createHttpTransport(readKubeconfig(server.kubeconfig))
  const client = createClient(transport, { userAgent: 'cases/v1', clock: systemClock })
  try {
    const done: PromiseSettledResult<Answer>[] = []
    for (const c of chosen.filter((x) => x.alone === true)) done.push(...(await Promise.allSettled([answer(client, c)])))
    return [...done, ...(await Promise.allSettled(chosen.filter((c) => c.alone !== true).map((c) => answer(client, c))))]
  } finally {
    manager[Symbol.dispose]()
    await transport.close()
    await server[Symbol.asyncDispose]()
  }
}

const chosen = cases.filter((c) => wanted.length === 0 || wanted.includes(c.name))
const groups = Map.groupBy(chosen, ({ also = [] }) => also.join())
const done: PromiseSettledResult<Answer>[] = []
for (const group of groups.values()) done.push(...(await answers(group, [...loops, ...(group[0]!.also ?? [])])))
for (const d of done) if (d.status === 'rejected') process.stderr.write(`${String(d.reason)}\n`)
const known = new Map(wanted.length === 0 ? [] : (JSON.parse(readFileSync(file, 'utf8')) as Answer[]).map((a) => [a.case, a]))
for (const d of done) if (d.status === 'fulfilled') known.set(d.value.case, d.value)
const lines = cases.flatMap(({ name }) => known.get(name) ?? [])
writeAnswers(file, lines)
process.stdout.write(`${lines.length} cases\n`)
