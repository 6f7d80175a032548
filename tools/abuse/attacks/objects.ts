import type { Arena, Attack } from '../attack.ts'
import { type Ask, inNamespace, pause, removeAll, requests, list } from '../client.ts'

const container = { name: 'c', image: 'i' }
const pod = (spec: object, metadata: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { generateName: 'abuse-', ...metadata },
  spec: { automountServiceAccountToken: false, containers: [container], ...spec },
})

/** Pods (or other objects of the namespace) that a writer posts without leaving any behind. */
const dry = (name: string, make: (i: number) => object, o: { times?: number; resource?: string; group?: string } = {}): Attack =>
  requests(name, (arena) =>
    list(
      arena.times(o.times ?? 1),
      (i): Ask => ({
        method: 'POST',
        path: `${inNamespace(arena, o.resource ?? 'pods', o.group)}?dryRun=All`,
        token: arena.target.token,
        body: make(i),
      }),
    ),
  )
const limits = (quantity: string): object => pod({ containers: [{ ...container, resources: { limits: { cpu: quantity } } }] })
const zeros = (n: number): string => `1${'0'.repeat(n)}`

export const quantities: readonly Attack[] = [
  dry('quantities/300,000 zeros', () => limits(zeros(300_000))),
  dry('quantities/600,000 zeros', () => limits(zeros(600_000))),
  dry('quantities/600,000 digits', () => limits(`${'7'.repeat(600_000)}m`)),
  dry('quantities/600,000 decimals', () => limits(`0.${'7'.repeat(600_000)}`)),
  dry('quantities/an exponent of 99,990', () => limits('1e99990'), { times: 20 }),
  dry('quantities/zeros and an exponent', () => limits(`${zeros(99_999)}e99990`)),
  dry('quantities/1,000 digits, always another', (i) => limits(`${i + 1}${'7'.repeat(900)}`), { times: 3000 }),
  dry('quantities/20,000 of them', () =>
    pod({ containers: [{ ...container, resources: { limits: Object.fromEntries(list(20_000, (i) => [`a.b/r${i}`, '1'])) } }] }),
  ),
]

export const warnings: readonly Attack[] = [
  dry('warnings/40,000 imagePullSecrets', () => pod({ imagePullSecrets: list(40_000, () => ({ name: 'a' })) })),
  dry('warnings/20,000 hostAliases', () => pod({ hostAliases: list(20_000, () => ({ ip: '1.2.3.4', hostnames: ['a'] })) })),
  dry('warnings/20,000 tolerations', () => pod({ tolerations: list(20_000, () => ({ key: 'a', operator: 'Exists' })) })),
  dry('warnings/20,000 equal variables', () =>
    pod({ containers: [{ ...container, env: list(20_000, () => ({ name: 'a', value: 'b' })) }] }),
  ),
  dry('warnings/10,000 equal ports', () => pod({ containers: [{ ...container, ports: list(10_000, () => ({ containerPort: 80 })) }] })),
  dry('warnings/5,000 wrong volumes', () => pod({ volumes: list(5000, () => ({ name: 'V!', emptyDir: {} })) })),
  dry('warnings/100,000 wrong labels', () => pod({}, { labels: Object.fromEntries(list(100_000, (i) => [`!${i}`, '!'])) })),
  dry('warnings/100,000 wrong annotations', () => pod({}, { annotations: Object.fromEntries(list(60_000, (i) => [`!${i}`, ''])) })),
]

export const images: readonly Attack[] = [
  dry('images/a name of 2.9 MB', (i) => pod({ containers: [{ ...container, image: `${i}${'a/'.repeat(1_450_000)}b` }] }), { times: 20 }),
  dry('images/a tag of 2.9 MB', (i) => pod({ containers: [{ ...container, image: `a:${i}${'t'.repeat(2_900_000)}` }] }), { times: 20 }),
  dry('images/separators', () => pod({ containers: [{ ...container, image: `${'a-'.repeat(500_000)}!` }] }), { times: 5 }),
  dry('images/always another', (i) => pod({ containers: [{ ...container, image: `r.io/${i}-${'a'.repeat(180)}` }] }), { times: 5000 }),
]

const selector = (expressions: object[]): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { generateName: 'abuse-' },
  spec: { selector: { matchExpressions: expressions }, template: { metadata: { labels: { a: 'b' } }, spec: { containers: [container] } } },
})
const deployments = { resource: 'deployments', group: 'apis/apps/v1' }

export const objectSelectors: readonly Attack[] = [
  dry(
    'selectors/100,000 values in an object',
    () => selector([{ key: 'a', operator: 'In', values: list(100_000, (i) => `v${i}`) }]),
    deployments,
  ),
  dry(
    'selectors/20,000 expressions in an object',
    () => selector(list(20_000, (i) => ({ key: `a${i}`, operator: 'DoesNotExist' }))),
    deployments,
  ),
]

const BIG_HOLD_MS = 8000

/** Pods that stay for a while, so that scheduler, loops and node agent have to do with them too. */
const big = (name: string, make: () => object): Attack => {
  const created = requests(name, (arena) => [{ method: 'POST', path: inNamespace(arena, 'pods'), token: arena.target.token, body: make() }])
  return {
    name,
    async prepare(arena) {
      const run = await created.prepare(arena)
      return async () => {
        const until = performance.now() + arena.holdMs(BIG_HOLD_MS)
        const tally = await run()
        await pause(Math.max(0, until - performance.now()))
        return tally
      }
    },
    cleanUp: (arena: Arena) => removeAll(arena, inNamespace(arena, 'pods')),
  }
}

export const pods: readonly Attack[] = [
  big('pods/20,000 containers', () => pod({ containers: list(20_000, (i) => ({ name: `c${i}`, image: 'i' })) })),
  big('pods/7,000 containers', () => pod({ containers: list(7000, (i) => ({ name: `c${i}`, image: 'i' })) })),
  big('pods/5,000 init containers', () => pod({ initContainers: list(5000, (i) => ({ name: `i${i}`, image: 'i' })) })),
  big('pods/5,000 volumes and mounts', () =>
    pod({
      volumes: list(5000, (i) => ({ name: `v${i}`, emptyDir: {} })),
      containers: [{ ...container, volumeMounts: list(5000, (i) => ({ name: `v${i}`, mountPath: `/m${i}` })) }],
    }),
  ),
  big('pods/10,000 conditions to be ready', () => pod({ readinessGates: list(10_000, (i) => ({ conditionType: `a.b/c${i}` })) })),
]
