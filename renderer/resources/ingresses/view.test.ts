import { expect, test } from 'vitest'
import { type Ingress, ingressStatus, ingressView, type ListedIngress } from './view.ts'

const backend = (name: string) => ({ service: { name, port: { number: 80 } } })
const ingress = (defaultBackend: string, ...paths: string[]): ListedIngress => ({
  metadata: { name: 'front', namespace: 'shop' },
  spec: {
    defaultBackend: backend(defaultBackend),
    rules: [{ http: { paths: paths.map((name) => ({ backend: backend(name) })) } }, { host: 'bare.example' }],
  },
  status: { loadBalancer: { ingress: [{ ip: '192.0.2.4' }] } },
})
const service = (name: string, namespace = 'shop') => ({ metadata: { name, namespace } })
const joined = (...services: ReturnType<typeof service>[]) => ingressView.beside!.join(services)

test('a Service that is not there is the word of an Ingress, whatever its address', () => {
  const join = joined(service('cart'), service('pay', 'elsewhere'))
  const found = join(ingress('cart', 'pay', 'pay', 'cart'))
  expect(found.missing).toEqual(['pay'])
  expect(ingressStatus(found)).toEqual({ text: 'BackendNotFound', tone: 'warn' })
  expect(join(found)).toBe(found)
  const well = joined(service('cart'), service('pay'))(found)
  expect(ingressStatus(well)).toEqual({ text: 'Ready', tone: 'ok' })
})

test('before the Services are known nothing is said of them, and a backend of another kind is nobody’s', () => {
  expect(ingressStatus(ingress('cart'))).toEqual({ text: 'Ready', tone: 'ok' })
  const other: Ingress = { ...ingress('cart'), spec: { defaultBackend: { resource: { kind: 'StorageBucket', name: 'b' } } } }
  expect(joined()(other).missing).toEqual([])
})
