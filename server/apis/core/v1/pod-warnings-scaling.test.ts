import { growth } from '../../../machinery/testing/steps.ts'
import { expect, test } from 'vitest'
import { podWarnings } from './pod-warnings.ts'
import type { PodSpec } from './types.ts'

const list = <T>(n: number, one: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => one(i))
const withPorts = (ports: object[]): PodSpec => ({ containers: [{ name: 'c', ports }] })

test.each<[string, (n: number) => PodSpec]>([
  ['equal ports', (n) => withPorts(list(n, () => ({ containerPort: 1, protocol: 'TCP' })))],
  ['host ports of one port', (n) => withPorts(list(n, (i) => ({ containerPort: 1, protocol: 'TCP', hostPort: i + 1 })))],
  ['equal port names', (n) => withPorts(list(n, (i) => ({ name: 'p', containerPort: i, protocol: 'TCP' })))],
  ['equal pull secrets', (n) => ({ containers: [], imagePullSecrets: list(n, () => ({ name: 's' })) })],
  ['equal host aliases', (n) => ({ containers: [], hostAliases: list(n, () => ({ ip: '10.0.0.1' })) })],
  ['equal variables', (n) => ({ containers: [{ name: 'c', env: list(n, () => ({ name: 'E', value: 'x' })) }] })],
  [
    'equal paths',
    (n) => ({ containers: [], volumes: [{ name: 'v', configMap: { name: 'm', items: list(n, () => ({ key: 'k', path: 'p' })) } }] }),
  ],
  [
    'volumes of two paths',
    (n) => ({
      containers: [],
      volumes: list(n, (i) => ({
        name: `v${i}`,
        secret: {
          secretName: 's',
          items: [
            { key: 'k', path: 'p' },
            { key: 'k', path: 'q' },
          ],
        },
      })),
    }),
  ],
])('a pod with twice as many %s takes at most twice as long', (_, make) => {
  expect(growth(2000, make, (spec) => podWarnings(spec, {}, ''))).toBeLessThan(2.2)
})
