import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { controllers } from '../../../server/controllers/index.ts'
import { startTestCluster } from '../../../server/controllers/testing/cluster.ts'
import { type Answer, play } from './case.ts'
import { cases } from './cases.ts'
import { loops, serviceRanges } from './resources.ts'

/** What kube-controller-manager 1.37.2 made of each case, and what our loops make of it. */
const answers = new Map(
  (JSON.parse(readFileSync(join(import.meta.dirname, 'loops.answers.json'), 'utf8')) as Answer[]).map((a) => [a.case, a.seen]),
)

test.each(cases)('$name', async (c) => {
  const names = [...loops, ...(c.also ?? [])]
  const cluster = await startTestCluster({ serviceRanges }, ...controllers.filter(({ name }) => names.includes(name)))
  try {
    const { client, clock } = cluster
    const rest = async (): Promise<void> => {
      for (let quiet = 0; quiet < 3; quiet++) {
        const before = cluster.writes()
        await cluster.pass(1)
        if (cluster.writes() !== before) quiet = -1
      }
    }
    const seen = await play(c, { client, namespace: 'cases', now: () => clock.now(), rest, pass: (seconds) => cluster.pass(seconds) })
    expect(seen).toEqual(answers.get(c.name))
  } finally {
    await cluster.close()
  }
})
