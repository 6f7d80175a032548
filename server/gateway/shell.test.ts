import { expect, test } from 'vitest'
import type { Gateway, LocalControl } from './contract.ts'
import { connectShell, takeShellSecret, tellLocal } from './shell.ts'

function gateway(added: string[]): Gateway {
  return {
    url: 'http://127.0.0.1:1',
    port: 1,
    sessionUrl: 'http://127.0.0.1:1/?session=once',
    newSessionUrl: () => '',
    addKubeconfig: (file) => added.push(file),
    close: async () => {},
  }
}

function control(done: string[]): LocalControl {
  const act = (name: string) => () => {
    done.push(name)
    return name === 'start' ? Promise.reject(new Error('the port is in use')) : Promise.resolve()
  }
  return {
    start: act('start'),
    stop: act('stop'),
    restart: act('restart'),
    status: () => undefined as never,
    reach: () => undefined,
    settled: () => Promise.resolve(),
  }
}

test('announces the gateway and does what the shell asks', () => {
  const posted: unknown[] = []
  const added: string[] = []
  const done: string[] = []
  let shutdowns = 0
  let say: (event: { data: unknown }) => void = () => {}
  const port = { postMessage: (m: unknown) => posted.push(m), on: (_: 'message', l: typeof say) => (say = l) }
  expect(connectShell(gateway(added), control(done), () => shutdowns++, port)).toBe(true)
  expect(posted).toEqual([{ type: 'gateway', url: 'http://127.0.0.1:1', sessionUrl: 'http://127.0.0.1:1/?session=once' }])
  for (const data of [null, 'shutdown', { type: 'kubeconfig' }, { type: 'kubeconfig', file: '/k' }, { type: 'shutdown' }]) say({ data })
  for (const action of ['start', 'restart', 'stop', 'status', undefined]) say({ data: { type: 'local', action } })
  expect([added, shutdowns, done]).toEqual([['/k'], 1, ['start', 'restart', 'stop']])
})

test('without a shell there is nothing to tell', () => {
  expect(connectShell(gateway([]), control([]), () => {})).toBe(false)
  tellLocal({ state: 'running' })
})

test('the shell is told how the control plane is', () => {
  const posted: unknown[] = []
  const port = { postMessage: (m: unknown) => posted.push(m), on: () => undefined }
  tellLocal({ state: 'running' }, port)
  tellLocal({ state: 'failed', message: 'why' }, port)
  expect(posted).toEqual([
    { type: 'local', state: 'running' },
    { type: 'local', state: 'failed', message: 'why' },
  ])
})

test('the secret is taken out of the environment', () => {
  const env = { BINNACLE_SESSION_SECRET: 'x', PATH: '/bin' }
  expect(takeShellSecret(env)).toBe('x')
  expect(env).toEqual({ PATH: '/bin' })
  expect(takeShellSecret(env)).toBeUndefined()
})
